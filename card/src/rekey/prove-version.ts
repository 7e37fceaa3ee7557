/**
 * Does the card hold the new version of a key? Each class of key is proven by what it is for (ADR 005 "verify"), with a
 * command that changes nothing on the card:
 * RK, UK, LK, BK – external authentication; IRK – internal authentication; STK of DF01–DF03 – APPLICATION UNBLOCK of an
 * application that is open; STK of DDF1 – a record written with the value that it holds. STK of the MF serves CARD BLOCK
 * only: it is proven in the channel, by writing it again (6985 if the card held another value). MK: by its channel.
 */

import { requireLength } from '../bytes/index.ts';
import {
  APPLICATION_UNBLOCK_HEADER,
  applicationUnblock,
  cardErrors,
  internalAuthenticate,
  protectedUpdateRecord,
  protectedUpdateRecordHeader,
} from '../commands/index.ts';
import type { CardKeySlotName, DirectoryName, TlvRecordFile } from '../profile/types.ts';
import type { CardDialogue } from '../session/index.ts';
import type { KeyVersionOfSlot } from './ports.ts';

export type ProofKind = 'external' | 'internal' | 'unblock' | 'same-value' | 'written-again' | 'channel';

export function proofOf(slot: CardKeySlotName): ProofKind {
  if (slot === 'MK.MF') return 'channel';
  if (slot === 'IRK.DDF1') return 'internal';
  if (slot === 'STK.MF') return 'written-again';
  if (slot === 'STK.DDF1') return 'same-value';
  return slot.startsWith('STK.') ? 'unblock' : 'external';
}

/** Rejects with the card's refusal, or CARD_AUTHENTICATION_FAILED where the card itself is wrong. */
export async function proveVersion(dialogue: CardDialogue, { slot, version }: KeyVersionOfSlot): Promise<void> {
  switch (proofOf(slot)) {
    case 'external':
      return dialogue.authenticateVersion(slot, version);
    case 'internal':
      return proveInternal(dialogue, version);
    case 'unblock':
      return proveByUnblock(dialogue, slot, version);
    case 'same-value':
      return proveBySameValue(dialogue, slot, version);
    case 'written-again':
    case 'channel':
      throw new RangeError(`${slot} is proven in the channel`);
  }
}

async function proveInternal(dialogue: CardDialogue, version: number): Promise<void> {
  const { profile, random, keys } = dialogue.options;
  const { kid, directory } = profile.keySlot('IRK.DDF1');
  await dialogue.select(directory);
  const r1 = requireLength(random(8), 8, 'R1');
  const r2 = requireLength(random(8), 8, 'R2');
  const answer = await dialogue.send(internalAuthenticate, { kid, r1, r2, version });
  const request = { ...dialogue.keyRequest('IRK.DDF1', version), r1, r2, answer };
  if (await keys.verifyInternalAuthentication(request)) return;
  throw cardErrors.make('CARD_AUTHENTICATION_FAILED', { detail: `IRK.DDF1 version ${version}` });
}

async function proveByUnblock(dialogue: CardDialogue, slot: CardKeySlotName, version: number): Promise<void> {
  const { directory } = dialogue.options.profile.keySlot(slot);
  await dialogue.authenticate(blockKeyOf(directory));
  const mac = await dialogue.protectedData(slot, APPLICATION_UNBLOCK_HEADER, null, version);
  await dialogue.send(applicationUnblock, mac);
}

export function blockKeyOf(directory: DirectoryName): CardKeySlotName {
  if (directory === 'DF01' || directory === 'DF02' || directory === 'DF03') return `LK.${directory}`;
  throw new RangeError(`${directory} has no block key`);
}

async function proveBySameValue(dialogue: CardDialogue, slot: CardKeySlotName, version: number): Promise<void> {
  const file = dialogue.options.profile.files.find(
    (entry): entry is TlvRecordFile => entry.structure === 'tlv-records' && entry.updateMacSlot === slot,
  );
  if (file === undefined) throw new RangeError(`no record file is protected by ${slot}`);
  const record = await dialogue.readRecord(file, 1);
  if (record === null) throw cardErrors.make('CARD_CONTENT_INVALID', { detail: `${file.id} has no record 1` });
  await dialogue.openFile(file, 'update');
  const data = await dialogue.protectedData(slot, protectedUpdateRecordHeader(1), record, version);
  await dialogue.send(protectedUpdateRecord, 1, data);
}
