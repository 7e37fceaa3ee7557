/**
 * The way of the local audit to key-service: in order, batch after batch, taken up where key-service says it stands. It
 * runs soon after an entry, waits longer and longer while nobody answers, and stops asking when key-service says that the
 * chain does not follow what it holds: that is for a person, and asking again would only fill the log.
 */
import { isRhcError } from '@rhc/card/errors';
import type { AgentAuditRequest, AgentAuditResponse } from '@rhc/key-service/contract';
import type { AuditState } from '../contract/audit.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { SendingRounds } from '../sending-rounds.ts';
import { wireError } from '../wire-error.ts';
import { type LocalAudit, sha256Hex } from './local-audit.ts';

export type SendAudit = (batch: AgentAuditRequest) => Promise<AgentAuditResponse>;

export interface AuditUploadOptions {
  readonly agent: string;
  readonly audit: LocalAudit;
  readonly send: SendAudit;
  readonly timers: Timers;
  readonly now: () => Date;
}

const SOON_MS = 2_000;
const LINES_TOGETHER = 100;
const ASIDE_MS = 3_600_000;

export class AuditUpload {
  readonly #options: AuditUploadOptions;
  readonly #unsubscribe: () => void;
  #state: NonNullable<AuditState['upload']> = { state: 'idle', lastAt: null, error: null };
  readonly #rounds: SendingRounds;

  constructor(options: AuditUploadOptions) {
    this.#options = options;
    this.#rounds = new SendingRounds(options.timers, () => this.#sendAll());
    this.#unsubscribe = options.audit.onEntry(() => this.#rounds.plan(SOON_MS));
    if (options.audit.waiting > 0) this.#rounds.plan(SOON_MS);
  }

  get state(): NonNullable<AuditState['upload']> {
    return this.#state;
  }

  close(): void {
    this.#unsubscribe();
    this.#rounds.close();
  }

  /** Everything that waits, now. Never rejects: the state says what became of it. */
  run(): Promise<void> {
    return this.#rounds.run();
  }

  async #sendAll(): Promise<void> {
    const { audit, agent, send, now } = this.#options;
    let next = audit.head.sequence - audit.waiting + 1;
    try {
      for (let rounds = 0; next <= audit.head.sequence; rounds += 1) {
        const lines = audit.linesFrom(next, LINES_TOGETHER);
        if (lines.length === 0 || rounds > audit.head.sequence) {
          this.#state = { state: 'gap', lastAt: this.#state.lastAt, error: null };
          return this.#rounds.plan(ASIDE_MS);
        }
        const answer = await send({ agent, chain: audit.head.chain, lines: [...lines] });
        this.#requireOurs(answer);
        audit.uploadedTo(answer.next - 1);
        next = answer.next;
      }
      this.#rounds.succeeded();
      this.#state = { state: 'idle', lastAt: now().toISOString(), error: null };
    } catch (error) {
      const body = isRhcError(error) ? wireError(error.toBody()) : null;
      const refused = isRhcError(error) && error.code === 'AGENT_AUDIT_REFUSED';
      this.#state = { state: refused ? 'refused' : 'waiting', lastAt: this.#state.lastAt, error: body };
      this.#rounds.failed(refused ? ASIDE_MS : undefined);
    }
  }

  /** An answer that names a head which is not ours at that place would make us let go of lines that nobody holds. */
  #requireOurs({ next, head }: AgentAuditResponse): void {
    const { audit } = this.#options;
    const [last] = audit.linesFrom(next - 1, 1);
    if (next > audit.head.sequence + 1 || (last !== undefined && sha256Hex(last) !== head)) {
      throw new RangeError('key-service answers for another chain');
    }
  }
}
