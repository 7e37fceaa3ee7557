/**
 * Several tokens as one HsmPort: a pool of workers for each, the next one serves when one goes away, and it comes back by
 * itself. What must be the same in all of them (roots, protection keys) is written to all or to none; what exists in
 * one token only (key pairs, sealing keys) stays with the first. A token whose roots differ serves nobody.
 */
import { isRhcError, type RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { HsmOperationName, HsmOperations, HsmPort, TokenDescription, TokenHealth } from './port.ts';

/** A pool, as far as a group needs it. */
export type GroupPool = HsmPort;

export interface TokenPlace {
  /** What people call it: `hsm-a`. */
  readonly name: string;
  start(): Promise<GroupPool>;
}

export interface TokenGroupOptions {
  readonly places: readonly TokenPlace[];
  /** Pause before a token that could not be attached is tried again. */
  readonly retryMs?: number;
  /** How long a request waits for a token that serves. */
  readonly waitMs?: number;
  readonly now: () => Date;
  readonly onEvent?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const PAUSE_MS = 20;

interface Member {
  readonly place: TokenPlace;
  pool: GroupPool | null;
  state: TokenHealth['state'];
  since: Date;
  fault: RhcError | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Same keys everywhere: any token answers. */
const ANYWHERE: ReadonlySet<HsmOperationName> = new Set([
  'prepare',
  'finish',
  'rekey',
  'wrap-card-keys',
  'terminal',
  'describe-roots',
  'sealed-sam-roots',
  'wrap-loop',
]);
/** Must be done in every token. */
const EVERYWHERE: ReadonlySet<HsmOperationName> = new Set([
  'import-root',
  'import-protection-key',
  'import-key-block',
  'destroy-root',
  'keep-seals',
  'move-sam-roots',
]);
/** The token is at fault, not the request: another one may answer. */
const ELSEWHERE = new Set([
  'HSM_SLOT_GONE',
  'HSM_WORKER_LOST',
  'HSM_TIMEOUT',
  'HSM_CLOSED',
  'HSM_OUT_OF_MEMORY',
  'HSM_BUSY',
  'HSM_TOKEN_MISSING',
]);
/** Trying again by itself could lock a token or trust a wrong one. */
const HOPELESS = new Set([
  'HSM_PIN_WRONG',
  'HSM_PIN_LOCKED',
  'HSM_PIN_EXPIRED',
  'HSM_KNOWN_ANSWER_FAILED',
  'HSM_KEYS_DIFFER',
]);

export class TokenGroup implements HsmPort {
  readonly #options: Required<TokenGroupOptions>;
  readonly #members: readonly Member[];
  #next = 0;
  #closed = false;

  private constructor(options: TokenGroupOptions) {
    this.#options = { retryMs: 5_000, waitMs: 10_000, onEvent: () => undefined, ...options };
    this.#members = options.places.map((place) => ({
      ...{ place, pool: null, state: 'away' as const, since: options.now(), fault: null, timer: undefined },
    }));
  }

  /** @throws the first token's fault when none can be attached */
  static async start(options: TokenGroupOptions): Promise<TokenGroup> {
    const group = new TokenGroup(options);
    for (const member of group.#members) await group.#attach(member);
    if (group.#members.every(({ pool }) => pool === null)) {
      const fault = group.#members[0]?.fault;
      await group.close();
      throw fault ?? keyServiceErrors.make('HSM_TOKEN_MISSING');
    }
    return group;
  }

  get token(): TokenDescription {
    const serving = this.#serving()[0] ?? this.#members.find(({ pool }) => pool !== null);
    if (serving?.pool == null) throw keyServiceErrors.make('HSM_CLOSED');
    return serving.pool.token;
  }

  get workers(): number {
    return this.#members.reduce((sum, { pool }) => sum + (pool?.workers ?? 0), 0);
  }

  get health(): readonly TokenHealth[] {
    return this.#members.map((member) => {
      this.#look(member);
      const { place, pool, state, since, fault } = member;
      return {
        name: place.name,
        state,
        since: since.toISOString(),
        workers: pool?.workers ?? 0,
        token: pool?.token ?? null,
        fault: fault === null ? null : { code: fault.code, text: fault.text, nextStep: fault.nextStep },
      };
    });
  }

  async run<K extends HsmOperationName>(
    name: K,
    input: HsmOperations[K]['input'],
  ): Promise<HsmOperations[K]['output']> {
    if (this.#closed) throw keyServiceErrors.make('HSM_CLOSED');
    if (EVERYWHERE.has(name)) return this.#everywhere(name, input);
    if (!ANYWHERE.has(name)) return this.#home().run(name, input);
    const { waitMs, now } = this.#options;
    const until = now().getTime() + waitMs;
    let last: unknown = keyServiceErrors.make('HSM_SLOT_GONE', { detail: 'no token serves' });
    do {
      const serving = this.#serving();
      const member = serving[this.#next++ % Math.max(1, serving.length)];
      if (member?.pool == null) {
        // All at once is a power cut or a drill: the pools attach again within moments.
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        continue;
      }
      try {
        return await member.pool.run(name, input);
      } catch (error) {
        if (!isRhcError(error) || !ELSEWHERE.has(error.code)) throw error;
        last = error;
        this.#look(member, error);
      }
    } while (now().getTime() < until && !this.#closed);
    throw last;
  }

  renew(): void {
    for (const { pool } of this.#members) pool?.renew();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#members) clearTimeout(timer);
    await Promise.all(this.#members.map(async ({ pool }) => pool?.close()));
  }

  #serving(): Member[] {
    return this.#members.filter((member) => {
      this.#look(member);
      return member.state === 'serving';
    });
  }

  /** Key pairs and sealing keys exist in the first token alone: another would make others of the same name. */
  #home(): GroupPool {
    const [first] = this.#members;
    if (first?.pool == null) throw keyServiceErrors.make('HSM_HOME_AWAY', { detail: first?.place.name ?? '' });
    return first.pool;
  }

  async #everywhere<K extends HsmOperationName>(
    name: K,
    input: HsmOperations[K]['input'],
  ): Promise<HsmOperations[K]['output']> {
    const pools = this.#members.map(({ pool, state, place }) => {
      if (pool === null || state !== 'serving') throw keyServiceErrors.make('HSM_MEMBER_AWAY', { detail: place.name });
      return pool;
    });
    const outputs: HsmOperations[K]['output'][] = [];
    for (const pool of pools) outputs.push(await pool.run(name, structuredClone(input)));
    return outputs[0] as HsmOperations[K]['output'];
  }

  async #attach(member: Member): Promise<void> {
    try {
      const pool = await member.place.start();
      if (this.#closed) return await pool.close();
      const differing = await this.#differences(pool);
      if (differing.length > 0) {
        await pool.close();
        throw keyServiceErrors.make('HSM_KEYS_DIFFER', {
          detail: `${member.place.name}: ${differing.join(', ')}`,
          fields: differing.slice(0, 20).map((root) => ({
            field: root,
            rule: { zh: '与首个令牌不同或缺失', en: 'differs from the first token, or is missing' },
          })),
        });
      }
      member.pool = pool;
      this.#becomes(member, 'serving', null);
    } catch (error) {
      const fault = isRhcError(error) ? error : keyServiceErrors.make('HSM_FAILED', { cause: error });
      const hopeless = HOPELESS.has(fault.code);
      this.#becomes(member, hopeless ? 'refused' : 'away', fault);
      if (!hopeless && !this.#closed) {
        member.timer = setTimeout(() => void this.#attach(member), this.#options.retryMs);
        member.timer.unref();
      }
    }
  }

  /** Roots of a token that joins, compared with those of one that serves; the first to come sets the measure. */
  async #differences(pool: GroupPool): Promise<string[]> {
    const reference = this.#serving()[0]?.pool;
    if (reference == null) return [];
    const lists = await Promise.all([reference, pool].map((each) => each.run('describe-roots', null)));
    const [ours, theirs] = lists.map(
      (list) => new Map(list.map(({ root, kcv }) => [root, Buffer.from(kcv).toString('hex')])),
    );
    const names = new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])]);
    return [...names].filter((root) => ours?.get(root) !== theirs?.get(root)).sort();
  }

  /** A pool without workers is a token that is away; the pool itself attaches again. */
  #look(member: Member, error?: RhcError): void {
    if (member.pool === null) return;
    if (member.pool.workers > 0) {
      if (member.state === 'away') this.#becomes(member, 'serving', null);
    } else if (member.state === 'serving') this.#becomes(member, 'away', error ?? member.fault);
  }

  #becomes(member: Member, state: TokenHealth['state'], fault: RhcError | null): void {
    if (member.state !== state) member.since = this.#options.now();
    member.state = state;
    member.fault = fault;
    this.#options.onEvent('hsm-token', { name: member.place.name, state, code: fault?.code });
  }
}
