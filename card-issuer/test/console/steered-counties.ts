/** Some counties on their way: residents and cards of the last weeks, at every stage of the funnel, by the store itself. */
import type { CardMove } from '../../src/domain/card-state.ts';
import type { Resident } from '../../src/domain/resident.ts';
import { cards, type Database, residents } from '../../src/store/index.ts';

const DAY_MS = 86_400_000;
/** How far cards get, in turn; a county with few steps leaks early. */
const WAYS: readonly (readonly CardMove[] | null)[] = [
  ['bind-chip', 'verified', 'hand-over'],
  ['bind-chip', 'verified', 'hand-over'],
  ['bind-chip', 'verified', 'send', 'hand-over'],
  ['bind-chip', 'verified', 'send'],
  ['bind-chip', 'verified'],
  [],
  null,
];

let serial = 0;

async function person(database: Database, areaCode: string, moves: readonly CardMove[] | null, atMs: number) {
  serial += 1;
  const at = (days: number) => new Date(atMs + days * DAY_MS).toISOString();
  const residentId = `res_${serial}`;
  const resident = {
    name: '某人',
    documentType: '01',
    documentNumber: `D${serial}`,
    birthDate: '1990-01-01',
    areaCode,
  } as Resident;
  await residents.insertResident(database, { id: residentId, enrolledAt: at(0), resident });
  if (moves === null) return;
  const id = `card_${serial}`;
  const card = { id, residentId, cardNumber: `D${serial}`, issueSerial: String(serial).padStart(10, '0') };
  await cards.insertCard(database, { ...card, orderedAt: at(0.1), orderedBy: null, reviewedBy: null });
  let state = 'ordered';
  for (const [step, move] of moves.entries()) {
    const bound =
      move === 'bind-chip'
        ? { card_factor: id.padStart(16, '0'), card_data: '{}', issue_date: '2026-11-20', expiry_date: '2036-11-20' }
        : {};
    await cards.moveCard(
      database,
      { id, state: state as never },
      move,
      { actor: 'a', at: at(0.2 + step * 0.3) },
      bound,
    );
    state = ((await database('cards').where({ id }).first('state')) as { state: string }).state;
  }
}

/** @param people residents by area code */
export async function steer(
  database: Database,
  people: Readonly<Record<string, number>>,
  nowMs: number,
): Promise<void> {
  for (const [areaCode, count] of Object.entries(people)) {
    for (let n = 0; n < count; n++) {
      const moves = WAYS[(n + Number(areaCode)) % WAYS.length] ?? null;
      // Nothing is younger than two days, so that every move lies in the past.
      await person(database, areaCode, moves, nowMs - (2 + ((n * 7) % 30)) * DAY_MS);
    }
  }
}
