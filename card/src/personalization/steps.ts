/** The batches of a personalization as steps with their parsers (ADR 001 "Order of a personalization"). */
import { parseResponse, SW_OK } from '../apdu/index.ts';
import {
  type ChipState,
  createFile,
  directoryDescriptor,
  endPersonalization,
  externalAuthenticate,
  fileDescriptor,
  getCardFactor,
  getChallenge,
  getChipState,
  getKeyList,
  internalAuthenticate,
  type KeyListEntry,
  readRecordByTag,
  selectFile,
  writeKey,
} from '../commands/index.ts';
import type { CardProduct, CardProfile, DirectoryName } from '../profile/types.ts';
import { type Awaited, BatchPlan } from './batch-plan.ts';
import { personalizationErrors } from './errors.ts';
import { planReadBack } from './read-back.ts';
import { selectDirectory } from './select-directory.ts';
import type { FileImage, FinishedPersonalization, PreparedPersonalization } from './types.ts';
import { planData } from './write-data.ts';

/** 63C0–63CF: refused, tries left. */
export const REFUSED_STATUS_WORDS: readonly number[] = Array.from({ length: 16 }, (_, tries) => 0x63c0 + tries);

/** Batch 1: what the chip is, its factor, and the challenge that opens the channel. */
export function statusSteps() {
  const plan = new BatchPlan();
  const state: Awaited<ChipState> = plan.ask(getChipState.build(), getChipState.parse);
  const cardFactor = plan.ask(getCardFactor.build(), getCardFactor.parse);
  const challenge = plan.ask(getChallenge.build(), getChallenge.parse);
  return { plan, state, cardFactor, challenge };
}

/** CREATE FILE of every directory and file, each after the SELECT of its parent. */
export function createFileCommands(profile: CardProfile): readonly Uint8Array[] {
  const commands: Uint8Array[] = [];
  for (const directory of profile.directories) {
    if (directory.parent !== null) {
      commands.push(selectFile.build(profile.directory(directory.parent).fid));
      commands.push(createFile.build(directoryDescriptor(directory)));
    }
    const files = profile.files.filter((file) => file.directory === directory.name);
    if (files.length > 0) commands.push(selectFile.build(directory.fid));
    for (const file of files) commands.push(createFile.build(fileDescriptor(file, profile)));
  }
  return commands;
}

/** Batch 2: channel, files, keys, data, read-back, and the challenge of the negative control. */
export function personalizeSteps(
  profile: CardProfile,
  product: CardProduct,
  prepared: PreparedPersonalization,
  images: readonly FileImage[],
  fresh: boolean,
) {
  const plan = new BatchPlan();
  selectDirectory(plan, profile, 'MF');
  plan.ask(prepared.externalAuthenticate, externalAuthenticate.parse);
  if (!product.preFormatted) {
    // A SELECT answers 9000 like CREATE FILE; both refuse with codes that CREATE FILE's table and SELECT's know.
    for (const command of createFileCommands(profile)) {
      plan.ask(command, command[1] === 0xe0 ? createFile.parse : selectFile.parse);
    }
  }
  planKeys(plan, profile, prepared);
  planData(plan, profile, product, images, fresh);
  const readBack = planReadBack(plan, profile);
  selectDirectory(plan, profile, 'DDF1');
  const challenge = plan.ask(getChallenge.build(), getChallenge.parse);
  return { plan, readBack, challenge };
}

/** In the order in which key-service chained the MACs; a SELECT wherever the directory changes. */
function planKeys(plan: BatchPlan, profile: CardProfile, prepared: PreparedPersonalization): void {
  let current: DirectoryName | null = null;
  for (const key of prepared.keys) {
    const { directory } = profile.keySlot(key.slot);
    if (directory !== current) selectDirectory(plan, profile, directory, current);
    current = directory;
    plan.ask(key.command, writeKey.parse);
  }
}

export interface InternalChallenge {
  readonly version: number;
  readonly r1: Uint8Array;
  readonly r2: Uint8Array;
}

function planInternalAuthentication(plan: BatchPlan, profile: CardProfile, internal: InternalChallenge) {
  selectDirectory(plan, profile, 'DDF1');
  const { kid } = profile.keySlot('IRK.DDF1');
  const answer = plan.ask(internalAuthenticate.build({ kid, ...internal }), internalAuthenticate.parse);
  const challenge = plan.ask(getChallenge.build(), getChallenge.parse);
  return { answer, challenge };
}

/** Batch 3: the undispersed root must fail, END, internal authentication, the challenge of the last proof. */
export function finishSteps(profile: CardProfile, finished: FinishedPersonalization, internal: InternalChallenge) {
  const plan = new BatchPlan();
  const negativeControl = plan.ask(finished.negativeControl, readRefusal, REFUSED_STATUS_WORDS);
  plan.ask(finished.endPersonalization, endPersonalization.parse);
  return { plan, negativeControl, ...planInternalAuthentication(plan, profile, internal) };
}

function readRefusal(response: Uint8Array): number {
  const { sw } = parseResponse(response);
  if (sw === SW_OK) throw personalizationErrors.make('PERSONALIZATION_KEYS_NOT_DIVERSIFIED');
  if (!REFUSED_STATUS_WORDS.includes(sw)) externalAuthenticate.parse(response);
  return sw;
}

/** Batch 4: the diversified key must open what it guards: the identity number. */
export function verifySteps(profile: CardProfile, externalAuthenticateCommand: Uint8Array) {
  const plan = new BatchPlan();
  plan.ask(externalAuthenticateCommand, externalAuthenticate.parse);
  const { file, element } = profile.element('idNumber');
  plan.ask(selectFile.build(file.fid), selectFile.parse);
  const identity = plan.ask(readRecordByTag.build(element.item), readRecordByTag.parse);
  return { plan, identity };
}

/** A chip that an earlier run had sealed, batch 2: its free file and the keys it holds. */
export function sealedStatusSteps(profile: CardProfile) {
  const plan = new BatchPlan();
  const readBack = planReadBack(plan, profile, ['DDF1/EF05']);
  const keys: Awaited<readonly KeyListEntry[]> = plan.ask(getKeyList.build(), getKeyList.parse);
  return { plan, readBack, keys };
}

/** A sealed chip, batch 3. */
export function sealedAuthenticationSteps(profile: CardProfile, internal: InternalChallenge) {
  const plan = new BatchPlan();
  return { plan, ...planInternalAuthentication(plan, profile, internal) };
}

/** A sealed chip, batch 4: all that RK1 of DDF1 opens. No SELECT of the directory: it would drop the authentication. */
export function sealedVerifySteps(profile: CardProfile, externalAuthenticateCommand: Uint8Array) {
  const plan = new BatchPlan();
  plan.ask(externalAuthenticateCommand, externalAuthenticate.parse);
  const files = profile.files.filter((file) => file.directory === 'DDF1').map((file) => file.id);
  const readBack = planReadBack(plan, profile, files, 'DDF1');
  return { plan, readBack };
}
