/**
 * The gate before privileged operations, inside the HSM worker: once the token has a roster, they run with a quorum or
 * not at all. The service only hands over texts and signatures; what it says of them counts for nothing here.
 */
import { canonicalJson } from '../../audit/leaf.ts';
import { requirePlace, requireQuorum, requireRequestInForce, requireRosterInForce } from '../../domain/quorum/judge.ts';
import {
  HSM_PARAMETERS,
  isPrivilegedHsmName,
  PRIVILEGED_OPERATIONS,
  type PrivilegedHsmName,
} from '../../domain/quorum/operations.ts';
import { requestHash } from '../../domain/quorum/request.ts';
import {
  parseRoster,
  pointerTo,
  type RosterPointer,
  rosterHash,
  type SealedRoster,
} from '../../domain/quorum/roster.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Token } from '../pkcs11/token.ts';
import type { ApprovedOperation, ApprovedOutput, HsmOperations } from '../port.ts';
import { forgetExpired, markDone, rememberRoster, rosterInForce, SEAL_PAIR, takeMark } from './notes.ts';

type Operations = { readonly [K in PrivilegedHsmName]: (token: Token, input: never) => unknown };
/** Larger outputs are not kept in the token: what only reads is simply run again. */
const NOT_KEPT = null;

/** @throws APPROVAL_REQUIRED. A pilot's roots come from public texts: its ceremony may repeat itself in the terminal. */
export function requireFree(token: Token, name: string): void {
  if (!isPrivilegedHsmName(name)) return;
  const pointer = rosterInForce(token);
  if (pointer === null) {
    if (name === 'replace-roster') throw keyServiceErrors.make('ROSTER_MISSING');
    return;
  }
  if (name === 'import-root' && pointer.pilot) return;
  throw keyServiceErrors.make('APPROVAL_REQUIRED', { detail: name });
}

export async function runApproved(
  token: Token,
  { authority, step, operation, place = null }: HsmOperations['approved']['input'],
  operations: Operations,
  now: () => Date,
): Promise<ApprovedOutput> {
  const pointer = requirePointer(token);
  if (operation?.name === 'replace-roster' && rosterHash(operation.input.roster) === pointer.sha256) {
    // Its answer was lost, or it is asked for twice: it is in force, and sealing it again changes nothing.
    return { approvers: [], output: seal(token, operation.input.roster), recalled: true };
  }
  const roster = requireRosterInForce(authority.roster, pointer, (hash, signature) => isSealed(token, hash, signature));
  const { serial } = token.info();
  const request = requireRequestInForce(authority.request, roster, pointer.sha256, serial, now());
  requirePlace(request, place);
  requireSameStep(request.steps[step], operation);
  const people = await requireQuorum(authority.approvals, request, authority.request, roster);
  // From here on nothing waits: what was judged is what runs.
  if (requirePointer(token).sha256 !== pointer.sha256) throw keyServiceErrors.make('ROSTER_REFUSED');
  forgetExpired(token, now());
  const { id, expiresAt } = request;
  const mark = takeMark(token, id, { hash: requestHash(authority.request), run: authority.run, expiresAt });
  const approvers = people.map((person) => person.id);
  const name = operation?.name;
  const declared = name === undefined ? undefined : PRIVILEGED_OPERATIONS[name];
  const runsAgain = declared?.readsOnly === true || declared?.repeats === true;
  if (mark.done.has(step) && !runsAgain) {
    return { approvers, output: mark.done.get(step) as ApprovedOutput['output'], recalled: true };
  }
  const output = operation === null ? null : operations[operation.name](token, operation.input as never);
  markDone(token, id, mark, step, runsAgain ? NOT_KEPT : output);
  return { approvers, output: output as ApprovedOutput['output'], recalled: false };
}

function requirePointer(token: Token): RosterPointer {
  const pointer = rosterInForce(token);
  if (pointer === null) throw keyServiceErrors.make('ROSTER_MISSING');
  return pointer;
}

function requireSameStep(
  planned: { operation: string; parameters: unknown } | undefined,
  operation: ApprovedOperation | null,
): void {
  const refused = (detail: string) => keyServiceErrors.make('APPROVAL_INVALID', { detail });
  if (planned === undefined) throw refused('the request has no such step');
  if (operation === null) {
    const runs = PRIVILEGED_OPERATIONS[planned.operation as keyof typeof PRIVILEGED_OPERATIONS]?.runs;
    if (runs !== 'record') throw refused(`${planned.operation} is an operation of the HSM`);
    return;
  }
  const parameters = (HSM_PARAMETERS[operation.name] as (input: unknown) => unknown)(operation.input);
  if (planned.operation !== operation.name || canonicalJson(parameters) !== canonicalJson(planned.parameters)) {
    throw refused(`the approved step is another one than ${operation.name}`);
  }
}

function isSealed(token: Token, hash: string, signature: string): boolean {
  const keys = token.findPair(SEAL_PAIR);
  const bytes = Buffer.from(signature, 'hex');
  if (keys === null || bytes.length !== 64) return false;
  try {
    return token.verify(keys.publicKey, Buffer.from(hash, 'hex'), bytes);
  } catch {
    // CKR_SIGNATURE_INVALID, or a length that the token does not take.
    return false;
  }
}

function seal(token: Token, text: string): SealedRoster {
  const keys = token.findPair(SEAL_PAIR) ?? token.generatePair(SEAL_PAIR, true);
  return { text, seal: token.sign(keys.privateKey, Buffer.from(rosterHash(text), 'hex')).toString('hex') };
}

/** @throws ROSTER_PRESENT, ROSTER_INVALID. The same roster again is no change: a ceremony may be taken up again. */
export function foundRoster(token: Token, { roster: text }: HsmOperations['found-roster']['input']): SealedRoster {
  const roster = parseRoster(text);
  const present = rosterInForce(token);
  if (present !== null && present.sha256 !== rosterHash(text)) throw keyServiceErrors.make('ROSTER_PRESENT');
  if (roster.version !== 1 || roster.previous !== null) throw invalidSuccession();
  requireThisToken(token, roster.tokenSerial);
  const sealed = seal(token, text);
  if (present === null) rememberRoster(token, pointerTo(text), roster.recoveryKey);
  return sealed;
}

/** Runs behind the gate only. @throws ROSTER_INVALID unless it follows the one in force */
export function replaceRoster(token: Token, { roster: text }: HsmOperations['replace-roster']['input']): SealedRoster {
  const roster = parseRoster(text);
  const present = requirePointer(token);
  if (roster.version !== present.version + 1 || roster.previous !== present.sha256) throw invalidSuccession();
  requireThisToken(token, roster.tokenSerial);
  const sealed = seal(token, text);
  rememberRoster(token, pointerTo(text), roster.recoveryKey);
  return sealed;
}

function requireThisToken(token: Token, serial: string): void {
  if (token.info().serial === serial) return;
  const rule = { zh: '属于另一个令牌', en: 'is for another token' };
  throw keyServiceErrors.make('ROSTER_INVALID', { fields: [{ field: 'tokenSerial', rule }] });
}

function invalidSuccession(): Error {
  const rule = { zh: '必须紧接现行版本', en: 'must follow the version in force' };
  return keyServiceErrors.make('ROSTER_INVALID', { fields: [{ field: 'version', rule }] });
}
