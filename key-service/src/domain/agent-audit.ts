/**
 * Desks' audit chains, taken in. A chain only ever grows here: what came once is compared when it comes again, what does
 * not follow is refused and the refusal logged, and after each batch the chain's head becomes a leaf of this service's own
 * log, so that lines rewritten in the database afterwards no longer lead to a head that the HSM signed for.
 */
import { createHash } from 'node:crypto';
import {
  type AgentAuditChain,
  type AgentAuditRequest,
  type AgentAuditResponse,
  type ChainHead,
  chainStart,
  entryOf,
  followChain,
} from '../contract/agent-audit.ts';
import { keyServiceErrors } from '../errors.ts';
import type { AuditPort } from './ports.ts';

export interface AgentAuditStore {
  /** One transaction that no other batch of this chain overlaps. `head` null: a chain that was never heard of. */
  extend<T>(
    of: { readonly agent: string; readonly chain: string; readonly at: Date },
    work: (held: {
      readonly head: ChainHead | null;
      readonly otherChains: number;
      line(sequence: number): Promise<string | null>;
    }) => Promise<{ readonly head: ChainHead; readonly lines: readonly string[]; readonly answer: T }>,
  ): Promise<T>;
  chains(): Promise<AgentAuditChain[]>;
  lines(agent: string, chain: string, from: number, limit: number): Promise<string[]>;
}

export interface AgentAuditParts {
  readonly store: AgentAuditStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
}

/** @throws AGENT_AUDIT_REFUSED for lines that do not follow; AUDIT_UNAVAILABLE: the agent sends them again */
export async function takeAgentAudit(parts: AgentAuditParts, batch: AgentAuditRequest): Promise<AgentAuditResponse> {
  const { agent, chain, lines } = batch;
  const refuse = async (fault: string, at: number): Promise<never> => {
    await parts.audit.record('agent-audit-refused', { agent, chain, fault, at });
    throw keyServiceErrors.make('AGENT_AUDIT_REFUSED', { detail: `${agent} ${chain}: ${fault} at ${at}` });
  };
  const first = entryOf(lines[0] ?? '')?.sequence;
  if (first === undefined) return refuse('unreadable', 0);
  const outcome = await parts.store.extend({ agent, chain, at: parts.now() }, async (held) => {
    const head = held.head ?? chainStart(chain);
    const none = (fault: { fault: string; at: number } | null) => ({
      head,
      lines: [],
      answer: { accepted: 0, head, fault, otherChains: held.otherChains },
    });
    if (first > head.sequence + 1) return none(null);
    // Held lines are the same text or this is another chain under the same name.
    const repeated = lines.slice(0, head.sequence + 1 - first);
    for (const [index, line] of repeated.entries()) {
      if ((await held.line(first + index)) !== line) return none({ fault: 'forked', at: first + index });
    }
    const fresh = lines.slice(repeated.length);
    const followed = followChain(head, fresh, sha256Hex);
    if (followed.fault !== null) return none(followed);
    return {
      head: followed.head,
      lines: fresh,
      answer: { accepted: fresh.length, head: followed.head, fault: null, otherChains: held.otherChains },
    };
  });
  if (outcome.fault !== null) return refuse(outcome.fault.fault, outcome.fault.at);
  const { head, accepted, otherChains } = outcome;
  if (head.sequence > 0) {
    // Also for a batch that brought nothing new: the one before may have died between its rows and its leaf.
    const details = { agent, chain, sequence: head.sequence, head: head.hash, earlierChains: otherChains };
    await parts.audit.record('agent-audit', details, leafId(details));
  }
  return { accepted, next: head.sequence + 1, head: head.hash };
}

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same head is one leaf, however often it is told. */
function leafId({ agent, chain, sequence, head }: { agent: string; chain: string; sequence: number; head: string }) {
  const digest = sha256Hex(JSON.stringify(['agent-audit', agent, chain, sequence, head]));
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
