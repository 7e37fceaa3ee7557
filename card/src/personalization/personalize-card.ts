/**
 * The personalization of one chip: at most 4 batches to the reader and 3 calls to key-service (CARD.md; ADR 001 "Order of a
 * personalization"). Every step is idempotent and the chip says where it stands, so that the same call finishes a
 * blank, a torn chip and a chip whose last answer was lost; a verdict is returned only when everything held, and all
 * else throws.
 */
import { concatBytes, equalBytes } from '../bytes/index.ts';
import { externalAuthenticate, type KeyListEntry } from '../commands/index.ts';
import type { CardKeySlotName, CardProfile } from '../profile/types.ts';
import type { BatchPlan } from './batch-plan.ts';
import { encodeCardData } from './card-content.ts';
import { filesDigest } from './digests.ts';
import { personalizationErrors } from './errors.ts';
import type { VerifyRequest } from './ports.ts';
import { compareReadBack } from './read-back.ts';
import {
  finishSteps,
  type InternalChallenge,
  personalizeSteps,
  sealedAuthenticationSteps,
  sealedStatusSteps,
  sealedVerifySteps,
  statusSteps,
  verifySteps,
} from './steps.ts';
import type { ChipStatus, FileImage, KeyLoad } from './types.ts';
import type {
  PersonalizationOptions,
  PersonalizationStage,
  PersonalizationVerdict,
  ReadBackVerdict,
} from './verdict.ts';

export async function personalizeCard(options: PersonalizationOptions): Promise<PersonalizationVerdict> {
  const run = new Run(options);
  run.stage('chip-status');
  const status = statusSteps();
  await run.batch(status.plan);
  const chip: ChipStatus = { ...status.state.value, cardFactor: status.cardFactor.value };
  await options.onChip?.(chip);
  const verdict = await dispatch(run, chip, status.challenge.value);
  run.stage('done');
  return verdict;
}

function dispatch(run: Run, chip: ChipStatus, challenge: Uint8Array): Promise<PersonalizationVerdict> {
  switch (chip.state) {
    case 'blank':
    case 'personalization':
      return writeAndSeal(run, chip, challenge);
    case 'operational':
      return verifySealed(run, chip);
    case 'blocked':
      throw personalizationErrors.make('PERSONALIZATION_CHIP_BLOCKED');
  }
}

async function writeAndSeal(run: Run, chip: ChipStatus, challenge: Uint8Array): Promise<PersonalizationVerdict> {
  const { profile, product, crypto, provinceCode, securityCodeBlock, makeData, random } = run.options;
  const scope = { cardFactor: chip.cardFactor, provinceCode };
  const channel = { ...scope, challenge, masterKeyVersion: chip.masterKeyVersion };

  run.stage('keys-prepare');
  const prepared = await run.call((keys) => keys.prepare({ ...channel, securityCodeBlock }));
  const images = encodeCardData(profile, product, await makeData(prepared.securityCode));

  run.stage('chip-write');
  const fresh = chip.state === 'blank' && chip.filesCreated === 0 && !product.preFormatted;
  const write = personalizeSteps(profile, product, prepared, images, fresh);
  await run.batch(write.plan, AFTER_WRITE_APDUS);

  run.stage('compare');
  const readBack = requireEqual(images, write.readBack.value);

  run.stage('keys-finish');
  const loads = prepared.keys.map(({ slot, version, kcv }) => ({ slot, version, kcv }));
  const readKey = { slot: 'RK1.DDF1', version: oldestVersion(loads, 'RK1.DDF1') } as const;
  const finished = await run.call((keys) =>
    keys.finish({
      ...channel,
      macChaining: prepared.macChaining,
      keys: loads,
      filesDigest: filesDigest(crypto, prepared.suite, profile, write.readBack.value),
      negativeControl: { challenge: write.challenge.value, version: readKey.version },
    }),
  );

  run.stage('chip-seal');
  const internal = { version: oldestVersion(loads, 'IRK.DDF1'), r1: random(8), r2: random(8) };
  const seal = finishSteps(profile, finished, internal);
  await run.batch(seal.plan);
  const proof = await proveGenuine(run, {
    ...scope,
    internal: { ...internal, answer: seal.answer.value },
    external: { ...readKey, challenge: seal.challenge.value },
  });

  run.stage('chip-prove');
  const verify = verifySteps(profile, proof);
  await run.batch(verify.plan);
  requireIdentity(profile, images, verify.identity.value);
  const { securityCode } = prepared;
  return run.verdict(chip, {
    readBack,
    negativeControlStatusWord: seal.negativeControl.value,
    securityCode,
    keys: loads,
  });
}

/**
 * An earlier run had sealed this chip and its last answers were lost. END compared the digest of this very content, so
 * what remains is to see that it is our card, genuine, and opens with its read key.
 */
async function verifySealed(run: Run, chip: ChipStatus): Promise<PersonalizationVerdict> {
  const { profile, product, provinceCode, makeData, random } = run.options;
  run.stage('chip-write');
  const status = sealedStatusSteps(profile);
  await run.batch(status.plan);

  run.stage('compare');
  const securityCode = securityCodeOnChip(profile, status.readBack.value);
  const images = encodeCardData(profile, product, await makeData(securityCode));
  if (!compareReadBack(only(images, ['DDF1/EF05']), status.readBack.value).equal) {
    throw personalizationErrors.make('PERSONALIZATION_OTHER_CARD');
  }

  run.stage('chip-seal');
  const internal: InternalChallenge = {
    version: oldestOnChip(profile, status.keys.value, 'IRK.DDF1'),
    r1: random(8),
    r2: random(8),
  };
  const authentication = sealedAuthenticationSteps(profile, internal);
  await run.batch(authentication.plan);
  const version = oldestOnChip(profile, status.keys.value, 'RK1.DDF1');
  const proof = await proveGenuine(run, {
    cardFactor: chip.cardFactor,
    provinceCode,
    internal: { ...internal, answer: authentication.answer.value },
    external: { slot: 'RK1.DDF1', version, challenge: authentication.challenge.value },
  });

  run.stage('chip-prove');
  const verify = sealedVerifySteps(profile, proof);
  await run.batch(verify.plan);
  const read = verify.readBack.value;
  const expected = only(
    images,
    read.map((image) => image.file),
  );
  const readBack = requireEqual(expected, read);
  return run.verdict(chip, { readBack, negativeControlStatusWord: null, securityCode, keys: [] });
}

/** The call after internal authentication; gives the EXTERNAL AUTHENTICATE command of the last batch. */
async function proveGenuine(run: Run, request: VerifyRequest): Promise<Uint8Array> {
  run.stage('keys-verify');
  const { genuine, cryptogram, terminalRandom } = await run.call((keys) => keys.verify(request));
  if (!genuine) throw personalizationErrors.make('PERSONALIZATION_NOT_GENUINE');
  const { kid } = run.options.profile.keySlot(request.external.slot);
  return externalAuthenticate.build({ kid, cryptogram, terminalRandom, version: request.external.version });
}

/** Batches 3 and 4 on the straight way: 5 and 3 APDUs. */
const AFTER_WRITE_APDUS = 8;

/** One run's counters and call-backs. */
class Run {
  readonly options: PersonalizationOptions;
  #apdus = 0;
  #batches = 0;
  #keyServiceCalls = 0;
  #later = 0;

  constructor(options: PersonalizationOptions) {
    this.options = options;
  }

  stage(stage: PersonalizationStage): void {
    this.options.onStage?.(stage);
  }

  /** `later`: APDUs that are known to follow in further batches, for an honest progress bar. */
  async batch(plan: BatchPlan, later?: number): Promise<void> {
    const { steps } = plan;
    const before = this.#apdus;
    this.#later = later ?? Math.max(0, this.#later - steps.length);
    const total = before + steps.length + this.#later;
    const onProgress = (done: number) => this.options.onProgress?.(before + done, total);
    const answers = await this.options.batch.run(steps, onProgress);
    this.#apdus += answers.length;
    this.#batches += 1;
    plan.settle(answers);
    this.options.onProgress?.(this.#apdus, total);
  }

  call<T>(ask: (keys: PersonalizationOptions['keys']) => Promise<T>): Promise<T> {
    this.#keyServiceCalls += 1;
    return ask(this.options.keys);
  }

  verdict(
    chip: ChipStatus,
    found: Pick<PersonalizationVerdict, 'readBack' | 'negativeControlStatusWord' | 'securityCode' | 'keys'>,
  ): PersonalizationVerdict {
    return {
      cardFactor: chip.cardFactor,
      initialState: chip.state,
      apdus: this.#apdus,
      batches: this.#batches,
      keyServiceCalls: this.#keyServiceCalls,
      genuine: true,
      ...found,
    };
  }
}

function requireEqual(expected: readonly FileImage[], actual: readonly FileImage[]): ReadBackVerdict {
  const verdict = compareReadBack(expected, actual);
  if (verdict.equal) return verdict;
  // Places only: the bytes are a resident's data.
  const detail = verdict.differences
    .slice(0, 10)
    .map(({ file, record, offset }) => `${file}${record === undefined ? '' : ` record ${record}`} at ${offset}`)
    .join(', ');
  throw personalizationErrors.make('PERSONALIZATION_READ_BACK_DIFFERS', { detail });
}

function requireIdentity(profile: CardProfile, images: readonly FileImage[], read: Uint8Array): void {
  const expected = recordOf(profile, images, 'idNumber');
  if (!equalBytes(expected, read)) {
    const detail = `${profile.element('idNumber').file.id} after the read key`;
    throw personalizationErrors.make('PERSONALIZATION_READ_BACK_DIFFERS', { detail });
  }
}

/** The TLV record of an element. */
function recordOf(profile: CardProfile, images: readonly FileImage[], elementId: string): Uint8Array {
  const { file, element } = profile.element(elementId);
  const record = images
    .find((image) => image.file === file.id)
    ?.contents.find((content) => content[0] === element.item);
  return record ?? concatBytes();
}

function securityCodeOnChip(profile: CardProfile, images: readonly FileImage[]): string {
  const code = String.fromCharCode(...recordOf(profile, images, 'securityCode').slice(2));
  if (!/^\d{3}$/.test(code)) throw personalizationErrors.make('PERSONALIZATION_OTHER_CARD');
  return code;
}

function only(images: readonly FileImage[], files: readonly string[]): readonly FileImage[] {
  return images.filter((image) => files.includes(image.file));
}

/** The active version is loaded before the next one. */
function oldestVersion(keys: readonly KeyLoad[], slot: CardKeySlotName): number {
  const versions = keys.filter((key) => key.slot === slot).map((key) => key.version);
  if (versions.length === 0) throw new RangeError(`no key of slot ${slot} was prepared`);
  return Math.min(...versions);
}

function oldestOnChip(profile: CardProfile, keys: readonly KeyListEntry[], slot: CardKeySlotName): number {
  const { directory, kid } = profile.keySlot(slot);
  const { fid } = profile.directory(directory);
  const versions = keys.filter((key) => key.directoryFid === fid && key.kid === kid).map((key) => key.version);
  if (versions.length === 0) throw personalizationErrors.make('PERSONALIZATION_OTHER_CARD', { detail: slot });
  return Math.min(...versions);
}
