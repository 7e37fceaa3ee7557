/**
 * What the token itself remembers of quorums: the roster in force, the steps of requests that have run, the recovery key.
 * Data objects of the token, private, written new before the old one goes, so that a cut leaves one to read.
 */
import { deserialize, serialize } from 'node:v8';
import type { RosterPointer } from '../../domain/quorum/roster.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';

const APPLICATION = 'rhc-quorum';
export const SEAL_PAIR = 'QUORUM.SEAL#1';
const ROSTER = 'QUORUM.ROSTER';
const RECOVERY = 'BACKUP.RECOVERY-KEY';
const USED = 'QUORUM.USED.';

/** Key pairs that only this worker's own code signs with. */
export const isReservedPair = (pair: string): boolean => pair.startsWith('QUORUM.') || pair.startsWith('BACKUP.');

/** Data objects of this label, the token's own notes. */
export function notes(token: Token, label: string): { readonly handle: Handle; readonly value: Buffer }[] {
  return token.find(templates.findData(APPLICATION, label)).map((handle) => ({ handle, value: token.value(handle) }));
}

export function writeNote(token: Token, label: string, value: Uint8Array): void {
  const old = notes(token, label);
  token.create(templates.data(APPLICATION, label, value));
  for (const { handle } of old) token.destroy(handle);
}

/** The highest version counts; two of the same version were never written by one hand and stop everything. */
export function rosterInForce(token: Token): RosterPointer | null {
  const found = notes(token, ROSTER)
    .map(({ value }) => JSON.parse(value.toString()) as RosterPointer)
    .sort((a, b) => b.version - a.version);
  const [highest, next] = found;
  if (highest === undefined) return null;
  if (next !== undefined && next.version === highest.version && next.sha256 !== highest.sha256) {
    throw keyServiceErrors.make('ROSTER_REFUSED', { detail: `two rosters of version ${highest.version}` });
  }
  return highest;
}

export function rememberRoster(token: Token, pointer: RosterPointer, recoveryKey: string | null): void {
  if (recoveryKey !== null) writeNote(token, RECOVERY, Buffer.from(recoveryKey, 'base64url'));
  writeNote(token, ROSTER, Buffer.from(JSON.stringify(pointer)));
}

/** SubjectPublicKeyInfo to which new roots are backed up; null: there is no recovery token. */
export const recoveryKeyOf = (token: Token): Buffer | null => notes(token, RECOVERY).at(-1)?.value ?? null;

/** What has run of one request. */
export interface Mark {
  readonly hash: string;
  readonly run: string;
  readonly expiresAt: string;
  /** Step → what it gave. */
  readonly done: ReadonlyMap<number, unknown>;
}

/** Marks of requests that have expired say nothing any more: the request is refused for its age. */
const GRACE_MS = 86_400_000;

export function forgetExpired(token: Token, now: Date): void {
  for (const handle of token.find(templates.findData(APPLICATION))) {
    if (!token.label(handle).startsWith(USED)) continue;
    const { expiresAt } = deserialize(token.value(handle)) as Mark;
    if (Date.parse(expiresAt) + GRACE_MS < now.getTime()) token.destroy(handle);
  }
}

/**
 * Takes a request for one run. Two workers that take it at the same moment both see the other's mark and both give way:
 * nothing happens twice, and one try more decides.
 * @throws APPROVAL_USED when another run has it
 */
export function takeMark(token: Token, id: string, fresh: Omit<Mark, 'done'>): Mark {
  const label = `${USED}${id}`;
  const read = () => notes(token, label).map(({ handle, value }) => ({ handle, mark: deserialize(value) as Mark }));
  const refuseOthers = (marks: ReturnType<typeof read>) => {
    if (marks.every(({ mark }) => mark.run === fresh.run && mark.hash === fresh.hash)) return;
    throw keyServiceErrors.make('APPROVAL_USED', { detail: id });
  };
  const before = read();
  refuseOthers(before);
  const [best] = before.sort((a, b) => b.mark.done.size - a.mark.done.size);
  if (best !== undefined) return best.mark;
  const mark: Mark = { ...fresh, done: new Map() };
  token.create(templates.data(APPLICATION, label, serialize(mark)));
  const after = read();
  try {
    refuseOthers(after);
  } catch (error) {
    for (const { handle, mark: each } of after) if (each.run === fresh.run) token.destroy(handle);
    throw error;
  }
  return mark;
}

export function markDone(token: Token, id: string, mark: Mark, step: number, output: unknown): void {
  writeNote(token, `${USED}${id}`, serialize({ ...mark, done: new Map([...mark.done, [step, output]]) }));
}
