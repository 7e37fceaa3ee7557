/** Known-answer passports: which token passed what, when. Kept for auditors; the newest of each token is shown. */
import type { Knex } from 'knex';
import type { Passport, PassportStore } from '../domain/passports.ts';

export function passportStore(database: Knex): PassportStore {
  return {
    async add({ answers, ...passport }) {
      await database('hsm_passports').insert({ ...passport, answers: JSON.stringify(answers) });
    },
    async latest(limit) {
      const rows: (Omit<Passport, 'answers' | 'passed'> & { answers: string; passed: number | boolean })[] =
        await database('hsm_passports')
          .orderBy('id', 'desc')
          .limit(limit)
          .select('at', 'serial', 'label', 'model', 'firmware', 'passed', 'answers');
      return rows.map((row) => ({
        ...row,
        passed: Boolean(row.passed),
        answers: JSON.parse(row.answers) as Passport['answers'],
      }));
    },
  };
}
