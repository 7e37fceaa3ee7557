/** Known-answer passports: which token passed what, when. Kept for auditors; the newest of each token is shown. */
import type { Knex } from 'knex';
import type { TokenDescription } from '../hsm/port.ts';

export interface Passport {
  readonly at: string;
  readonly serial: string;
  readonly label: string;
  readonly model: string;
  readonly firmware: string;
  readonly passed: boolean;
  readonly answers: TokenDescription['knownAnswers'];
}

export interface PassportStore {
  add(passport: Passport): Promise<void>;
  /** Newest first. */
  latest(limit: number): Promise<Passport[]>;
}

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
