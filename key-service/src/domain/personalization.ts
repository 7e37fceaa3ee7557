/** From a request of the contract to one HSM operation and back to complete APDUs (ADR 001). Pure. */
import { bytesToHex, concatBytes, hexToBytes, uint16 } from '@rhc/card/bytes';
import { endPersonalization, externalAuthenticate, writeKey, writeKeyHeader } from '@rhc/card/commands';
import { CARD_KEY_SLOTS, type CardKeySlotName, type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { keyAttributes } from '@rhc/card/secure-messaging';
import type { Hierarchy } from '@rhc/hsm-config';
import type {
  FinishPersonalizationRequest,
  FinishPersonalizationResponse,
  PreparePersonalizationRequest,
  PreparePersonalizationResponse,
} from '../contract/index.ts';
import type {
  Cryptogram,
  FinishInput,
  FinishOutput,
  KeyLoadInput,
  KeyPath,
  PrepareInput,
  PrepareOutput,
} from '../hsm/port.ts';
import { type CardScope, cardKeyPath, dispersalBlock, reversedBlock, rootLabel, sessionKeyPath } from './hierarchy.ts';
import type { UseOf } from './key-uses.ts';
import type { Keyring } from './key-versions.ts';

export interface KeyBook {
  readonly hierarchy: Hierarchy;
  readonly keyring: Keyring;
}
/**
 * One reading of the keys for a whole call. A service's book changes as versions come and go; a call that read it again
 * after waiting for the database or the HSM would give names to another list of keys than the one it asked for.
 */
export const asItStands = ({ hierarchy, keyring }: KeyBook): KeyBook => ({ hierarchy, keyring });

export type Sha256 = (data: Uint8Array) => Uint8Array;

export const WRITE_KEY_LC = 0x34;
const NEGATIVE_CONTROL_SLOT: CardKeySlotName = 'RK1.DDF1';
const MASTER_KID = 0x00;
const END_HEADER = Uint8Array.of(0x84, 0x44, 0x00, 0x00, 0x24);

export function cardScope(request: {
  cardFactor: string;
  provinceCode: string;
  cityCode?: string | undefined;
}): CardScope {
  const { cardFactor, provinceCode, cityCode } = request;
  return { cardFactor: hexToBytes(cardFactor), provinceCode, cityCode };
}

/** The path from whatever this version's root is: a root, or a key that arrived dispersed. */
export function keyPath(book: KeyBook, slot: KeySlotName, version: number, card: CardScope): KeyPath {
  return cardKeyPath(book.hierarchy, slot, version, card, book.keyring.find(slot, version)?.dispersedTo ?? null);
}

/** Version 0 stands for the blank's transport key, dispersed from the active transport master. */
export function masterKeyPath(book: KeyBook, version: number, card: CardScope): KeyPath {
  return version === 0
    ? keyPath(book, 'TMK', book.keyring.pick('TMK', undefined, 'terminal'), card)
    : keyPath(book, 'MK.MF', book.keyring.pick('MK.MF', version, 'terminal'), card);
}

export interface PlannedLoad {
  readonly slot: CardKeySlotName;
  readonly version: number;
}

/** CARD_KEY_SLOTS order, versions ascending: the MAC chain follows it. */
export function plannedLoads(book: KeyBook): PlannedLoad[] {
  return CARD_KEY_SLOTS.flatMap((slot) => book.keyring.loadable(slot).map((version) => ({ slot, version })));
}

export function masterUse(book: KeyBook, version: number): UseOf {
  return version === 0
    ? { slot: 'TMK', version: book.keyring.pick('TMK', undefined, 'terminal'), operation: 'terminal' }
    : { slot: 'MK.MF', version, operation: 'terminal' };
}

export function finishUses(book: KeyBook, request: FinishPersonalizationRequest): UseOf[] {
  const version = negativeControlVersion(book, request);
  return [masterUse(book, request.masterKeyVersion), { slot: NEGATIVE_CONTROL_SLOT, version, operation: 'terminal' }];
}

/** Which versions a card's loading uses, and for what. */
export function prepareUses(book: KeyBook, request: PreparePersonalizationRequest): UseOf[] {
  const master = masterUse(book, request.masterKeyVersion);
  const code = { slot: 'CVK', version: book.keyring.pick('CVK', undefined, 'terminal') } as const;
  return [
    master,
    { ...code, operation: 'terminal' },
    ...plannedLoads(book).map((load) => ({ ...load, operation: 'load-onto-card' as const })),
  ];
}

export function prepareInput(book: KeyBook, request: PreparePersonalizationRequest): PrepareInput {
  const card = cardScope(request);
  const challenge = hexToBytes(request.challenge);
  return {
    masterKey: masterKeyPath(book, request.masterKeyVersion, card),
    encipherBlock: dispersalBlock(challenge),
    macBlock: reversedBlock(challenge),
    loads: plannedLoads(book).map((load) => loadInput(book, load, card)),
    securityCode: {
      root: rootLabel('CVK', book.keyring.pick('CVK', undefined, 'terminal')),
      block: hexToBytes(request.securityCodeBlock),
    },
  };
}

export function loadInput(book: KeyBook, { slot, version }: PlannedLoad, card: CardScope): KeyLoadInput {
  const declared = nationalProfile.keySlot(slot);
  return {
    key: keyPath(book, slot, version, card),
    header: concatBytes(writeKeyHeader(declared.kid), Uint8Array.of(WRITE_KEY_LC)),
    description: keyAttributes(declared, version, book.hierarchy.suite),
  };
}

export function authenticationApdu(kid: number, { cryptogram, terminalRandom }: Cryptogram, version: number): string {
  return bytesToHex(externalAuthenticate.build({ kid, cryptogram, terminalRandom, version }));
}

export function prepareResponse(
  book: KeyBook,
  request: PreparePersonalizationRequest,
  output: PrepareOutput,
): PreparePersonalizationResponse {
  const loads = plannedLoads(book);
  return {
    suite: book.hierarchy.suite,
    externalAuthenticate: authenticationApdu(MASTER_KID, output, request.masterKeyVersion),
    keys: output.loads.map(({ cipher, mac, kcv }, index) => {
      const { slot, version } = loads[index] as PlannedLoad;
      const kid = nationalProfile.keySlot(slot).kid;
      const command = writeKey.build(kid, concatBytes(cipher, mac));
      return { slot, version, command: bytesToHex(command), kcv: bytesToHex(kcv) };
    }),
    macChaining: bytesToHex(output.macChaining),
    securityCode: output.securityCode,
  };
}

/** H(filesDigest ‖ for each key, ascending by (DF FID, KID, version): DF FID ‖ KID ‖ version ‖ KCV). */
export function endDigest(
  filesDigest: Uint8Array,
  keys: readonly { slot: CardKeySlotName; version: number; kcv: string }[],
  sha256: Sha256,
): Uint8Array {
  const entries = keys.map(({ slot, version, kcv }) => {
    const { directory, kid } = nationalProfile.keySlot(slot);
    return concatBytes(uint16(nationalProfile.directory(directory).fid), Uint8Array.of(kid, version), hexToBytes(kcv));
  });
  // Hex of equal lengths sorts as the bytes do: FID, KID, version stand first.
  entries.sort((a, b) => (bytesToHex(a) < bytesToHex(b) ? -1 : 1));
  return sha256(concatBytes(filesDigest, ...entries));
}

function negativeControlVersion(book: KeyBook, request: FinishPersonalizationRequest): number {
  return book.keyring.pick(NEGATIVE_CONTROL_SLOT, request.negativeControl.version, 'terminal');
}

function endCommand(request: FinishPersonalizationRequest, sha256: Sha256): Uint8Array {
  return concatBytes(END_HEADER, endDigest(hexToBytes(request.filesDigest), request.keys, sha256));
}

export function finishInput(book: KeyBook, request: FinishPersonalizationRequest, sha256: Sha256): FinishInput {
  const root = rootLabel(NEGATIVE_CONTROL_SLOT, negativeControlVersion(book, request));
  return {
    masterKey: masterKeyPath(book, request.masterKeyVersion, cardScope(request)),
    macBlock: reversedBlock(hexToBytes(request.challenge)),
    macChaining: hexToBytes(request.macChaining),
    endCommand: endCommand(request, sha256),
    negativeControl: sessionKeyPath(
      { root, blocks: [], cachedBlocks: 0 },
      hexToBytes(request.negativeControl.challenge),
    ),
  };
}

export function finishResponse(
  book: KeyBook,
  request: FinishPersonalizationRequest,
  output: FinishOutput,
  sha256: Sha256,
): FinishPersonalizationResponse {
  const digest = endCommand(request, sha256).slice(END_HEADER.length);
  const kid = nationalProfile.keySlot(NEGATIVE_CONTROL_SLOT).kid;
  return {
    endPersonalization: bytesToHex(endPersonalization.build(concatBytes(digest, output.mac))),
    negativeControl: authenticationApdu(kid, output.negativeControl, negativeControlVersion(book, request)),
  };
}
