/**
 * Requests for approval from first to last: made, approved or refused by people of the roster, executed once, taken up
 * again after a crash. What is decided here only spares people time: the HSM worker judges everything anew (`gate.ts`).
 * Each event is a leaf of the audit log before it counts.
 */
import { z } from 'zod';
import { canonicalJson } from '../../audit/leaf.ts';
import type {
  ApprovalState,
  ApprovalStep,
  ApproveRequest,
  CeremonyPlace,
  Roster,
  RosterPerson,
} from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { ApprovedOperation, ApprovedOutput, HsmPort } from '../../hsm/port.ts';
import type { AuditPort } from '../ports.ts';
import { type Approval, type Authority, requireQuorum, requireRequestInForce, verifyApproval } from './judge.ts';
import { PRIVILEGED_OPERATIONS } from './operations.ts';
import { parseRequest, requestHash, requestText } from './request.ts';
import { parseRoster, requirementsOf, rosterHash, type SealedRoster } from './roster.ts';

export interface Decision {
  readonly person: string;
  readonly name: string;
  readonly kind: 'webauthn' | 'p256' | 'refusal';
  /** What was signed with which credential; null for a refusal. */
  readonly approval: Approval | null;
  readonly reason: string | null;
  readonly at: Date;
}
export interface ApprovalRecord {
  readonly id: string;
  readonly state: ApprovalState;
  readonly requester: string;
  /** Canonical text of the request. */
  readonly text: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** What a step needs beside its parameters and may be seen by everybody: a roster's text. */
  readonly attachments: Readonly<Record<string, string>>;
  readonly run: string | null;
  readonly executedAt: Date | null;
  readonly failure: { readonly code: string; readonly message: { readonly zh: string; readonly en: string } } | null;
  readonly outcome: readonly unknown[] | null;
  readonly decisions: readonly Decision[];
}

export interface ApprovalStore {
  rosterBy(sha256: string): Promise<SealedRoster | null>;
  addRoster(sha256: string, version: number, sealed: SealedRoster, at: Date): Promise<void>;
  add(record: ApprovalRecord): Promise<void>;
  find(id: string): Promise<ApprovalRecord | null>;
  list(state: ApprovalState | undefined, limit: number): Promise<ApprovalRecord[]>;
  decide(id: string, decision: Decision): Promise<void>;
  /** False when the request was not in `from` any more. */
  turn(
    id: string,
    from: ApprovalState,
    to: ApprovalState,
    more?: Partial<Pick<ApprovalRecord, 'run' | 'executedAt' | 'failure' | 'outcome'>>,
  ): Promise<boolean>;
}

export interface StepContext {
  readonly approval: string;
  /** Which step of the request it is, from 0. */
  readonly step: number;
  readonly requester: string;
  readonly reason: string;
  readonly approvers: readonly string[];
}
/** Carries out an approved step that changes records. To be idempotent: it may run again after a crash. */
export type StepExecutor = (parameters: ApprovalStep['parameters'], context: StepContext) => Promise<unknown>;
/** Refuses a step that could never be carried out when it is asked for, before people spend their approvals on it. */
export type StepCheck = (parameters: ApprovalStep['parameters']) => Promise<void>;

export interface ApprovalRoom {
  readonly store: ApprovalStore;
  readonly hsm: Pick<HsmPort, 'run' | 'renew' | 'token'>;
  readonly audit: AuditPort;
  readonly now: () => Date;
  readonly newId: () => string;
  /** How long a request may be executing before another node takes it up. */
  readonly resumeAfterMs?: number;
}
export interface RequestOrder {
  readonly requester: string;
  readonly reason: string;
  readonly steps: readonly ApprovalStep[];
  readonly expiresInMinutes: number;
  readonly attachments?: Readonly<Record<string, string>>;
  /** The ceremony step that it is for. */
  readonly ceremony?: CeremonyPlace;
}
export interface RosterInForce {
  readonly roster: Roster;
  readonly sha256: string;
  readonly sealed: SealedRoster;
}

export class Approvals {
  readonly #room: ApprovalRoom;
  readonly #executors = new Map<string, StepExecutor>();
  readonly #checks = new Map<string, StepCheck>();
  readonly #hsmInputs = new Map<string, (step: ApprovalStep, attachment: string | undefined) => ApprovedOperation>();
  readonly #running = new Set<string>();

  constructor(room: ApprovalRoom) {
    this.#room = room;
  }

  /** Says how a step that changes records is carried out. */
  carriesOut(operation: ApprovalStep['operation'], executor: StepExecutor, check?: StepCheck): void {
    this.#executors.set(operation, executor);
    if (check !== undefined) this.#checks.set(operation, check);
  }

  /** Says how an HSM operation's input is made of a step's parameters alone. */
  makesInput(
    operation: ApprovalStep['operation'],
    make: (step: ApprovalStep, attachment: string | undefined) => ApprovedOperation,
  ): void {
    this.#hsmInputs.set(operation, make);
  }

  /** @throws ROSTER_MISSING, ROSTER_REFUSED when the database has another one than the token remembers */
  async roster(): Promise<RosterInForce> {
    const pointer = await this.#room.hsm.run('roster-in-force', null);
    if (pointer === null) throw keyServiceErrors.make('ROSTER_MISSING');
    const sealed = await this.#room.store.rosterBy(pointer.sha256);
    if (sealed === null) throw keyServiceErrors.make('ROSTER_REFUSED', { detail: 'the database has no such roster' });
    return { roster: parseRoster(sealed.text), sha256: pointer.sha256, sealed };
  }

  async hasRoster(): Promise<boolean> {
    return (await this.#room.hsm.run('roster-in-force', null)) !== null;
  }

  async request(order: RequestOrder): Promise<ApprovalRecord> {
    const { audit, hsm, newId, now, store } = this.#room;
    const { roster, sha256 } = await this.roster();
    const policy = requirementsOf(roster, operationsOf(order.steps));
    for (const step of order.steps) await this.#check(step);
    const createdAt = now();
    const expiresAt = new Date(createdAt.getTime() + order.expiresInMinutes * 60_000);
    const text = requestText({
      format: 'rhc-approval-1',
      id: newId(),
      tokenSerial: hsm.token.serial,
      requester: order.requester,
      reason: order.reason,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      roster: { version: roster.version, sha256 },
      policy,
      steps: [...order.steps],
      ...(order.ceremony === undefined ? {} : { ceremony: order.ceremony }),
    });
    const { id } = parseRequest(text);
    const record: ApprovalRecord = {
      id,
      state: 'open',
      requester: order.requester,
      text,
      createdAt,
      expiresAt,
      attachments: order.attachments ?? {},
      run: null,
      executedAt: null,
      failure: null,
      outcome: null,
      decisions: [],
    };
    await audit.record('approval-requested', {
      approval: id,
      requester: order.requester,
      hash: requestHash(text),
      operations: operationsOf(order.steps),
    });
    await store.add(record);
    return record;
  }

  async find(id: string): Promise<ApprovalRecord> {
    const found = await this.#room.store.find(id);
    if (found === null) throw keyServiceErrors.make('APPROVAL_UNKNOWN', { detail: id });
    return found;
  }

  list(state: ApprovalState | undefined, limit: number): Promise<ApprovalRecord[]> {
    return this.#room.store.list(state, limit);
  }

  /** @throws APPROVER_UNKNOWN when the credential is somebody else's, APPROVAL_CLOSED, APPROVAL_EXPIRED, APPROVAL_SELF */
  async approve(id: string, principal: string, evidence: ApproveRequest): Promise<ApprovalRecord> {
    const record = await this.#open(id);
    const { roster } = await this.roster();
    const approval = approvalOf(evidence);
    const person = await this.#verified(approval, record, roster);
    if (person.id !== principal) throw keyServiceErrors.make('APPROVER_UNKNOWN', { detail: principal });
    await this.#room.audit.record('approval-given', {
      approval: id,
      hash: requestHash(record.text),
      person: person.id,
      kind: approval.kind,
      credential: approval.credential,
    });
    const at = this.#room.now();
    const { name } = person;
    await this.#room.store.decide(id, { person: person.id, name, kind: approval.kind, approval, reason: null, at });
    return this.find(id);
  }

  async refuse(id: string, principal: string, reason: string): Promise<ApprovalRecord> {
    const { audit, store, now } = this.#room;
    await this.#open(id);
    const { roster } = await this.roster();
    const person = roster.people.find((each) => each.id === principal);
    if (person === undefined) throw keyServiceErrors.make('APPROVER_UNKNOWN', { detail: principal });
    await audit.record('approval-refused', { approval: id, person: person.id, reason });
    await store.decide(id, {
      person: person.id,
      name: person.name,
      kind: 'refusal',
      approval: null,
      reason,
      at: now(),
    });
    await store.turn(id, 'open', 'refused');
    return this.find(id);
  }

  /** @throws APPROVAL_MISSING, APPROVAL_USED, APPROVAL_CLOSED, APPROVAL_EXPIRED, and what its steps throw */
  async execute(id: string, by: string): Promise<ApprovalRecord> {
    const { ceremony } = parseRequest((await this.find(id)).text);
    if (ceremony !== undefined) throw keyServiceErrors.make('APPROVAL_NOT_EXECUTABLE', { detail: ceremony.id });
    await this.begin(id, by);
    return this.#runAll(id);
  }

  /** Requests for a step of a ceremony that may still run, newest first. Rows that are no requests are passed over. */
  async forCeremony(place: CeremonyPlace): Promise<ApprovalRecord[]> {
    const { now, store } = this.#room;
    const living = [...(await store.list('executing', 100)), ...(await store.list('open', 500))];
    return living.filter((record) => record.expiresAt > now() && isFor(record, place));
  }

  /** Who approved it. @throws APPROVAL_MISSING and whatever else would stop the worker from running it */
  async requireComplete(record: ApprovalRecord): Promise<RosterPerson[]> {
    const { roster, sha256 } = await this.roster();
    const { hsm, now } = this.#room;
    const request = requireRequestInForce(record.text, roster, sha256, hsm.token.serial, now());
    return requireQuorum(approvalsOf(record), request, record.text, roster);
  }

  /** Takes a complete request for one run; its steps may then be run one by one with `runStep`. */
  async begin(id: string, by: string): Promise<void> {
    const { audit, newId, store } = this.#room;
    const record = await this.#open(id);
    await this.requireComplete(record);
    const run = newId();
    await audit.record('approval-execution-begun', { approval: id, hash: requestHash(record.text), by, run });
    if (!(await store.turn(id, 'open', 'executing', { run }))) throw keyServiceErrors.make('APPROVAL_USED');
  }

  /**
   * One step of a request that was begun: in the worker, behind the gate. For ceremonies and whoever has more to hand
   * over than the parameters say (components).
   */
  async runStep(
    id: string,
    step: number,
    operation: ApprovedOperation | null,
    place: CeremonyPlace | null = null,
  ): Promise<ApprovedOutput> {
    const record = await this.find(id);
    if (record.state !== 'executing' || record.run === null) throw keyServiceErrors.make('APPROVAL_CLOSED');
    const { sealed } = await this.roster();
    const authority: Authority = {
      roster: sealed,
      request: record.text,
      approvals: approvalsOf(record),
      run: record.run,
    };
    const planned = parseRequest(record.text).steps[step];
    await this.#room.audit.record(
      'approval-step',
      { approval: id, hash: requestHash(record.text), step, operation: planned?.operation ?? null },
      `approval-step/${record.run}/${step}`,
    );
    return this.#room.hsm.run('approved', { authority, step, operation, place });
  }

  /** After the last `runStep`. */
  async finish(id: string, outcome: readonly unknown[]): Promise<ApprovalRecord> {
    const { audit, store, now } = this.#room;
    await audit.record('approval-executed', { approval: id }, `approval/${id}/executed`);
    await store.turn(id, 'executing', 'executed', { executedAt: now(), outcome });
    return this.find(id);
  }

  /** Lets what is too old expire, and takes up what a crash left executing. */
  async tick(): Promise<void> {
    const { audit, now, store, resumeAfterMs = 30_000 } = this.#room;
    for (const record of await store.list('open', 500)) {
      if (record.expiresAt > now()) continue;
      await audit.record('approval-expired', { approval: record.id }, `approval/${record.id}/expired`);
      await store.turn(record.id, 'open', 'expired');
    }
    for (const record of await store.list('executing', 100)) {
      if (record.expiresAt <= now() && isCeremonys(record)) {
        // Interrupted for too long: what is still to be done is asked for again.
        await audit.record('approval-expired', { approval: record.id }, `approval/${record.id}/expired`);
        await store.turn(record.id, 'executing', 'expired');
        continue;
      }
      const idleMs = now().getTime() - record.createdAt.getTime();
      if (this.#running.has(record.id) || idleMs < resumeAfterMs || !this.#canRun(record)) continue;
      await this.#runAll(record.id).catch(() => undefined);
    }
  }

  async #check({ operation, parameters }: ApprovalStep): Promise<void> {
    try {
      await this.#checks.get(operation)?.(parameters);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const fields = error.issues.map(({ path, message }) => {
        return { field: path.join('.') || operation, rule: { zh: `不符合要求:${message}`, en: message } };
      });
      throw keyServiceErrors.make('APPROVAL_PARAMETERS', { detail: operation, fields });
    }
  }

  #canRun(record: ApprovalRecord): boolean {
    const { ceremony, steps } = parseRequest(record.text);
    // Its ceremony takes it up.
    if (ceremony !== undefined) return false;
    return steps.every(({ operation }) =>
      PRIVILEGED_OPERATIONS[operation].runs === 'record'
        ? this.#executors.has(operation)
        : this.#hsmInputs.has(operation),
    );
  }

  async #runAll(id: string): Promise<ApprovalRecord> {
    this.#running.add(id);
    const outcome: unknown[] = [];
    try {
      const record = await this.find(id);
      const { steps } = parseRequest(record.text);
      for (const [index, step] of steps.entries()) outcome.push(await this.#runOne(record, index, step));
      return await this.finish(id, outcome);
    } catch (error) {
      await this.#fail(id, error, outcome);
      throw error;
    } finally {
      this.#running.delete(id);
    }
  }

  async #runOne(record: ApprovalRecord, index: number, step: ApprovalStep): Promise<unknown> {
    const { operation, parameters } = step;
    if (PRIVILEGED_OPERATIONS[operation].runs === 'hsm') {
      const make = this.#hsmInputs.get(operation);
      if (make === undefined) throw keyServiceErrors.make('APPROVAL_NOT_EXECUTABLE', { detail: operation });
      const asked = make(step, record.attachments[String(index)]);
      const { output } = await this.runStep(record.id, index, asked);
      if (asked.name === 'replace-roster') await this.#keepRoster(output as SealedRoster);
      // No worker may keep a copy of what is gone.
      if (asked.name === 'destroy-root') this.#room.hsm.renew();
      return asked.name === 'replace-roster' ? { sealed: true } : plain(output);
    }
    const executor = this.#executors.get(operation);
    if (executor === undefined) throw keyServiceErrors.make('APPROVAL_NOT_EXECUTABLE', { detail: operation });
    const { approvers } = await this.runStep(record.id, index, null);
    const { reason, requester } = parseRequest(record.text);
    return plain(await executor(parameters, { approval: record.id, step: index, requester, reason, approvers }));
  }

  async #keepRoster(sealed: SealedRoster): Promise<void> {
    const { version } = parseRoster(sealed.text);
    await this.#room.store.addRoster(rosterHash(sealed.text), version, sealed, this.#room.now());
  }

  /** What may come right by itself stays as it is and is taken up by `tick`; the rest has failed. */
  async #fail(id: string, error: unknown, outcome: readonly unknown[]): Promise<void> {
    const told = error as { code?: unknown; retriable?: unknown; text?: { zh: string; en: string } };
    if (told.retriable === true) return;
    const failure = {
      code: typeof told.code === 'string' ? told.code : 'INTERNAL',
      message: told.text ?? { zh: '内部错误', en: 'internal error' },
    };
    await this.#room.audit.record('approval-failed', { approval: id, code: failure.code });
    await this.#room.store.turn(id, 'executing', 'failed', { failure, outcome });
  }

  async #open(id: string): Promise<ApprovalRecord> {
    const record = await this.find(id);
    if (record.state === 'executed' || record.state === 'executing') {
      throw keyServiceErrors.make('APPROVAL_USED', { detail: id });
    }
    if (record.state !== 'open') throw keyServiceErrors.make('APPROVAL_CLOSED', { detail: `${id} ${record.state}` });
    if (this.#room.now() >= record.expiresAt) throw keyServiceErrors.make('APPROVAL_EXPIRED', { detail: id });
    return record;
  }

  async #verified(approval: Approval, record: ApprovalRecord, roster: Roster): Promise<RosterPerson> {
    return verifyApproval(approval, { requester: record.requester }, record.text, roster);
  }
}

const operationsOf = (steps: readonly ApprovalStep[]) => steps.map(({ operation }) => operation);

function placeOf({ text }: ApprovalRecord): CeremonyPlace | null {
  try {
    return parseRequest(text).ceremony ?? null;
  } catch {
    // A forged row is nobody's request.
    return null;
  }
}
const isCeremonys = (record: ApprovalRecord): boolean => placeOf(record) !== null;
const isFor = (record: ApprovalRecord, place: CeremonyPlace): boolean =>
  canonicalJson(placeOf(record)) === canonicalJson(place);

/** The approvals among a record's decisions, as the worker takes them. */
export const approvalsOf = (record: ApprovalRecord): Approval[] =>
  record.decisions.flatMap(({ approval }) => (approval === null ? [] : [approval]));

function approvalOf(evidence: ApproveRequest): Approval {
  return evidence.kind === 'p256'
    ? evidence
    : {
        kind: 'webauthn',
        credential: evidence.response.id,
        response: evidence.response as unknown as Extract<Approval, { kind: 'webauthn' }>['response'],
      };
}

/** Bytes as hex, so that an outcome is JSON. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').toUpperCase();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
