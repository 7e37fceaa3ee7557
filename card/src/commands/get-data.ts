/** GET DATA `80 CA P1 P2 00`: what the chip tells of itself in any state (ADR 001 "GET DATA"). */
import { ByteReader, requireLength } from '../bytes/index.ts';
import type { ChipStatus } from '../personalization/types.ts';
import type { CardKeySlotName, CardProfile } from '../profile/types.ts';
import { defineCommand } from './define-command.ts';

export type ChipState = Omit<ChipStatus, 'cardFactor'>;

export interface KeyListEntry {
  /** File identifier of the key's directory. */
  readonly directoryFid: number;
  readonly kid: number;
  readonly version: number;
  /** FF where failures are not counted. */
  readonly triesLeft: number;
}

const shared = {
  name: 'GET DATA',
  text: { zh: '取卡片数据', en: 'Get card data' },
  clause: 'ADR 001 "GET DATA"',
  statusWords: { '6A88': 'CARD_DATA_REFUSED' },
} as const;

const apdu = (p1: number, p2: number) => ({ cla: 0x80, ins: 0xca, p1, p2, le: 256 });

const STATES = ['blank', 'personalization', 'operational', 'blocked'] as const;

export const getChipState = defineCommand({
  ...shared,
  build: () => apdu(0x01, 0x01),
  read: (data): ChipState => {
    const reader = new ByteReader(data);
    const state = STATES[reader.uint8('state')];
    if (state === undefined) throw new RangeError('unknown chip state');
    const masterKeyVersion = reader.uint8('MK version');
    const filesCreated = reader.uint8('files created');
    const keysLoaded = reader.uint8('keys loaded');
    const commits = reader.uint32('commits');
    reader.end('chip state');
    return { state, masterKeyVersion, filesCreated, keysLoaded, commits };
  },
});

export const getCardFactor = defineCommand({
  ...shared,
  build: () => apdu(0x01, 0x02),
  read: (data) => requireLength(data, 8, 'card factor'),
});

export const getKeyList = defineCommand({
  ...shared,
  build: () => apdu(0x01, 0x03),
  read: (data): readonly KeyListEntry[] => {
    const reader = new ByteReader(data);
    const keys: KeyListEntry[] = [];
    while (reader.remaining > 0) {
      keys.push({
        directoryFid: reader.uint16('DF'),
        kid: reader.uint8('KID'),
        version: reader.uint8('version'),
        triesLeft: reader.uint8('tries left'),
      });
    }
    return keys;
  },
});

/** Versions of a slot in a key list, ascending. */
export function keyVersionsOnCard(
  profile: Pick<CardProfile, 'keySlot' | 'directory'>,
  keys: readonly KeyListEntry[],
  slotName: CardKeySlotName,
): readonly number[] {
  const { directory, kid } = profile.keySlot(slotName);
  const { fid } = profile.directory(directory);
  return keys
    .filter((key) => key.directoryFid === fid && key.kid === kid)
    .map(({ version }) => version)
    .sort((a, b) => a - b);
}

export const getProductId = defineCommand({
  ...shared,
  build: () => apdu(0x01, 0x04),
  read: (data) => String.fromCharCode(...data),
});

const APPLICATIONS = ['DF01', 'DF02', 'DF03'] as const;
export type BlockableDirectory = (typeof APPLICATIONS)[number];
const APPLICATION_STATES = ['open', 'blocked', 'blocked-for-ever'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** `01 05` of ADR 005: one byte for each of DF01, DF02, DF03. */
export const getApplicationStates = defineCommand({
  ...shared,
  clause: 'ADR 005 "MAC-only commands"',
  build: () => apdu(0x01, 0x05),
  read: (data): Readonly<Record<BlockableDirectory, ApplicationState>> => {
    const states = [...requireLength(data, APPLICATIONS.length, 'application states')].map((byte) => {
      const state = APPLICATION_STATES[byte];
      if (state === undefined) throw new RangeError(`application state ${byte}`);
      return state;
    });
    const [DF01, DF02, DF03] = states as [ApplicationState, ApplicationState, ApplicationState];
    return { DF01, DF02, DF03 };
  },
});
