/**
 * The local audit of desks, uploaded. An agent's audit is a chain of lines: each is a JSON text that names the SHA-256 of
 * the line before it, and the lines travel as the text that was hashed. What follows what is judged by one function,
 * here: the agent runs it over its own file, key-service over what it is sent.
 */
import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as lower-case hex');
export const agentName = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'a name of letters, digits, dot and hyphen');
export const chainId = z.string().regex(/^[0-9a-f]{32}$/, '16 bytes as lower-case hex');
const LINE_LENGTH = 2_000;
const LINES_TOGETHER = 200;

/** One line. Details are flat and hold no person, no card, no key: names of things, counts, codes. */
export const agentAuditEntry = z.strictObject({
  chain: chainId,
  /** From 1, without a gap. */
  sequence: z.int().min(1),
  previous: hash,
  at: z.iso.datetime(),
  action: z.string().regex(/^[a-z][a-z0-9-]{2,40}$/),
  details: z.record(z.string().max(40), z.union([z.string().max(300), z.number(), z.boolean(), z.null()])),
});

/** POST /v1/agent-audit: lines in their order. What is held already may be sent again; it is compared, not added. */
export const agentAuditRequest = z.strictObject({
  agent: agentName,
  chain: chainId,
  lines: z.array(z.string().min(2).max(LINE_LENGTH)).min(1).max(LINES_TOGETHER),
});
export const agentAuditResponse = z.object({
  accepted: z.int(),
  /** The sequence that is expected next; below the first line sent, when lines before it never came. */
  next: z.int(),
  head: hash,
});

/** GET /v1/agent-audit */
export const agentAuditChain = z.object({
  agent: agentName,
  chain: chainId,
  /** 0: the first batch was refused. */
  sequence: z.int(),
  head: hash,
  begunAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
});
export const agentAuditChains = z.object({ chains: z.array(agentAuditChain) });
/** GET /v1/agent-audit/lines: JSON lines as they came. */
export const agentAuditLinesRequest = z.strictObject({
  agent: agentName,
  chain: chainId,
  from: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

export type AgentAuditEntry = z.infer<typeof agentAuditEntry>;
export type AgentAuditRequest = z.infer<typeof agentAuditRequest>;
export type AgentAuditResponse = z.infer<typeof agentAuditResponse>;
export type AgentAuditChain = z.infer<typeof agentAuditChain>;

/** Where a chain stands: its last line's number and hash. */
export interface ChainHead {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}
export type ChainFault = 'unreadable' | 'other-chain' | 'out-of-order' | 'altered';

export const CHAIN_ROOT = '0'.repeat(64);
export const chainStart = (chain: string): ChainHead => ({ chain, sequence: 0, hash: CHAIN_ROOT });

/** The head after `lines`, or the first line that does not follow the one before it. */
export function followChain(
  from: ChainHead,
  lines: readonly string[],
  sha256Hex: (text: string) => string,
): { readonly head: ChainHead; readonly fault: null } | { readonly fault: ChainFault; readonly at: number } {
  let head = from;
  for (const line of lines) {
    const at = head.sequence + 1;
    const entry = entryOf(line);
    if (entry === null) return { fault: 'unreadable', at };
    if (entry.chain !== head.chain) return { fault: 'other-chain', at };
    if (entry.sequence !== at) return { fault: 'out-of-order', at };
    if (entry.previous !== head.hash) return { fault: 'altered', at };
    head = { chain: head.chain, sequence: at, hash: sha256Hex(line) };
  }
  return { head, fault: null };
}

/** Null: no entry. */
export function entryOf(line: string): AgentAuditEntry | null {
  if (line.length > LINE_LENGTH) return null;
  try {
    const parsed = agentAuditEntry.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
