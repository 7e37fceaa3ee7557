/**
 * Which reader a personalization uses. A bound chip is looked for wherever it lies; otherwise the one named, or the only
 * reader that holds a free blank. Everything that stands in the way has its own sentence.
 */
import type { ReaderState } from '@rhc/reader-agent/contract';
import { issuerErrors } from '../errors.ts';
import type { AgentView } from './agent-hub.ts';
import type { CardPlace } from './remote-batch-transport.ts';

export interface PlaceWish {
  readonly agent?: string | undefined;
  readonly reader?: string | undefined;
  /** The chip that the order is bound to; null = any blank. */
  readonly boundFactor: string | null;
  /** Chips of other orders. */
  readonly taken: ReadonlySet<string>;
}

interface Candidate {
  readonly agentId: string;
  readonly reader: ReaderState;
}

export function choosePlace(agents: readonly AgentView[], wish: PlaceWish): { place: CardPlace; cardFactor: string } {
  if (agents.length === 0) throw issuerErrors.make('AGENT_NOT_CONNECTED');
  const meant = wish.agent === undefined ? agents : agents.filter((agent) => agent.agentId === wish.agent);
  if (meant.length === 0) throw issuerErrors.make('AGENT_UNKNOWN');
  const readers: Candidate[] = meant.flatMap((agent) =>
    agent.readers.map((reader) => ({ agentId: agent.agentId, reader })),
  );
  const named = wish.reader === undefined ? readers : readers.filter(({ reader }) => reader.reader === wish.reader);
  if (named.length === 0) throw issuerErrors.make('READER_NOT_FOUND');
  const full = named.filter(({ reader }) => reader.card !== null);
  if (full.length === 0) throw issuerErrors.make('CARD_NOT_IN_READER');
  const ours = full.filter(({ reader }) => reader.card?.cardFactor != null);
  if (ours.length === 0) throw issuerErrors.make('CARD_FOREIGN');
  if (wish.boundFactor !== null) {
    const found = ours.find(({ reader }) => reader.card?.cardFactor === wish.boundFactor);
    if (found === undefined) throw issuerErrors.make('BLANK_EXPECTED_OTHER');
    return placeOf(found);
  }
  const free = ours.filter(({ reader }) => !wish.taken.has(reader.card?.cardFactor ?? ''));
  if (free.length === 0) throw issuerErrors.make('BLANK_BOUND_ELSEWHERE');
  const idle = free.filter(({ reader }) => reader.state === 'free');
  if (idle.length === 0) throw issuerErrors.make('READER_BUSY');
  const [only, second] = idle;
  if (only === undefined || second !== undefined) throw issuerErrors.make('READER_AMBIGUOUS');
  return placeOf(only);
}

function placeOf({ agentId, reader }: Candidate): { place: CardPlace; cardFactor: string } {
  const { card } = reader;
  if (card?.cardFactor == null) throw issuerErrors.make('CARD_NOT_IN_READER');
  return { place: { agentId, reader: reader.reader, insertion: card.insertion }, cardFactor: card.cardFactor };
}
