/** Reader diagnostics: the card that lies there answers ten short commands, so that a slow or flaky reader shows itself. */
import { hexToBytes } from '@rhc/card/bytes';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { type AtrReport, atrReport } from './atr-report.ts';

const ROUNDS = 10;
/** GET CHALLENGE: changes nothing, and every card knows it. */
const COMMAND = hexToBytes('0084000008');

export interface ReaderProbe {
  readonly reader: string;
  readonly atr: AtrReport;
  readonly protocol: string | null;
  /** Round trips of one short command, in milliseconds. */
  readonly roundTripMs: { readonly least: number; readonly median: number; readonly most: number };
}

/** @throws CARD_ABSENT, READER_UNKNOWN, READER_BUSY and what connecting can say */
export async function probeReader(
  desk: Desk,
  reader: string,
  clock: () => number,
  owner: string,
): Promise<ReaderProbe> {
  const card = desk.cardIn(reader);
  if (card.atr.length === 0) throw agentErrors.make('CARD_MUTE');
  const times: number[] = [];
  const protocol = await desk.during(card, owner, async (channel) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const started = clock();
      await channel.transmit(COMMAND);
      times.push(clock() - started);
    }
    return channel.protocol ?? null;
  });
  const sorted = times.sort((a, b) => a - b).map((ms) => Math.round(ms * 100) / 100);
  return {
    reader,
    atr: atrReport(card.atr),
    protocol,
    roundTripMs: {
      least: sorted[0] ?? 0,
      median: sorted[Math.floor(sorted.length / 2)] ?? 0,
      most: sorted.at(-1) ?? 0,
    },
  };
}
