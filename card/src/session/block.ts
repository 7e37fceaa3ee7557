/**
 * Blocking and unblocking an application, and blocking the card (ADR 005 "MAC-only commands"): LK or BK, then one MAC under
 * the maintenance key of the directory. Each is repeated without harm; what the chip then says of itself is the outcome.
 */
import {
  APPLICATION_UNBLOCK_HEADER,
  type ApplicationState,
  applicationBlock,
  applicationBlockHeader,
  applicationUnblock,
  type BlockableDirectory,
  type BlockDuration,
  CARD_BLOCK_HEADER,
  cardBlock,
  getApplicationStates,
  getChipState,
} from '../commands/index.ts';
import type { CardDialogue } from './card-dialogue.ts';
import type { CardSession } from './card-session.ts';
import { type ReadBack, readBack } from './read-back.ts';

export interface BlockReport {
  /** By what GET DATA says afterwards; `unchanged` is told as `written`: the card is as it was asked to be. */
  readonly outcome: ReadBack;
  readonly failure: unknown;
}

/** `for-ever` cannot be taken back. */
export function blockApplication(
  session: CardSession,
  directory: BlockableDirectory,
  duration: BlockDuration,
): Promise<BlockReport> {
  const { dialogue } = session;
  const wanted: ApplicationState = duration === 'for-ever' ? 'blocked-for-ever' : 'blocked';
  return change(
    async () => {
      const mac = await applicationMac(dialogue, directory, applicationBlockHeader(duration));
      return () => dialogue.send(applicationBlock, duration, mac);
    },
    // For ever is more than until unblocked.
    async () => [wanted, 'blocked-for-ever'].includes((await dialogue.send(getApplicationStates))[directory]),
  );
}

export function unblockApplication(session: CardSession, directory: BlockableDirectory): Promise<BlockReport> {
  const { dialogue } = session;
  return change(
    async () => {
      const mac = await applicationMac(dialogue, directory, Uint8Array.from(APPLICATION_UNBLOCK_HEADER));
      return () => dialogue.send(applicationUnblock, mac);
    },
    async () => (await dialogue.send(getApplicationStates))[directory] === 'open',
  );
}

/** No way back. */
export function blockCard(session: CardSession): Promise<BlockReport> {
  const { dialogue } = session;
  return change(
    async () => {
      await dialogue.authenticate('BK.MF');
      const mac = await dialogue.protectedData('STK.MF', CARD_BLOCK_HEADER, null);
      return () => dialogue.send(cardBlock, mac);
    },
    async () => (await dialogue.send(getChipState)).state === 'blocked',
  );
}

async function applicationMac(
  dialogue: CardDialogue,
  directory: BlockableDirectory,
  header: Uint8Array,
): Promise<Uint8Array> {
  await dialogue.select(directory, 'also-blocked');
  await dialogue.authenticate(`LK.${directory}`);
  return dialogue.protectedData(`STK.${directory}`, header, null);
}

/** Throws what happened before the command was sent. */
async function change(
  prepare: () => Promise<() => Promise<void>>,
  isDone: () => Promise<boolean>,
): Promise<BlockReport> {
  const send = await prepare();
  let failure: unknown = null;
  try {
    await send();
  } catch (error) {
    failure = error;
  }
  const outcome = await readBack(failure, async () => ((await isDone()) ? 'written' : 'not-written'));
  return { outcome, failure: outcome === 'written' ? null : failure };
}
