/**
 * The command table of the user card (CARD-FACTS 4.2, 4.3; ADR 001, 005): class and instruction to one handler, which
 * P1 P2 it knows, whether it carries data (Lc) and expects an answer (Le), and whether a blocked DF still answers it.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import type { Handler } from './handler.ts';
import { createFile } from './handlers/create-file.ts';
import { endPersonalization } from './handlers/end-personalization.ts';
import { externalAuthenticate } from './handlers/external-authenticate.ts';
import { getChallenge } from './handlers/get-challenge.ts';
import { getData } from './handlers/get-data.ts';
import { getResponse } from './handlers/get-response.ts';
import { eraseRecord, writeRecord } from './handlers/index-flag.ts';
import { internalAuthenticate } from './handlers/internal-authenticate.ts';
import { applicationBlock, applicationUnblock, cardBlock } from './handlers/lock.ts';
import { readBinary } from './handlers/read-binary.ts';
import { readRecord } from './handlers/read-record.ts';
import { retireKey } from './handlers/retire-key.ts';
import { select } from './handlers/select.ts';
import { updateBinary } from './handlers/update-binary.ts';
import { updateRecordPlain, updateRecordProtected } from './handlers/update-record.ts';
import { writeKey } from './handlers/write-key.ts';

type Parameters = (p1: number, p2: number) => boolean;

export interface CommandEntry {
  readonly handler: Handler;
  readonly parameters: Parameters;
  readonly data: 'required' | 'none' | 'any';
  /** `chained`: without Le the answer waits for GET RESPONSE. */
  readonly answer: 'required' | 'chained' | 'none';
  /** A blocked DF answers it (ADR 005); everything else there is 6A81. */
  readonly inBlockedDirectory?: (command: CommandApdu) => boolean;
  /** A blocked card answers it. */
  readonly onBlockedCard?: true;
}

const zeros: Parameters = (p1, p2) => p1 === 0 && p2 === 0;
const anything: Parameters = () => true;
const always = () => true;
const byNumber: Parameters = (_, p2) => p2 === 0x04;
const byNumberOrTag: Parameters = (_, p2) => p2 === 0x04 || p2 === 0x00;
/** By number, or `00 03`: append. */
const byNumberOrAppend: Parameters = (p1, p2) => p2 === 0x04 || (p1 === 0x00 && p2 === 0x03);
/** b8 of P1 would be a short file identifier, which this product does not have. */
const offset: Parameters = (p1) => (p1 & 0x80) === 0;
const keyId: Parameters = (p1) => p1 === 0x00;
/** 01 loads, 02 retires. Bits 4–7 of a key id are reserved: b8 says local, the low three name the key (FACTS 3.2). */
const keyLoading: Parameters = (p1, p2) => (p1 === 0x01 || p1 === 0x02) && (p2 & 0x78) === 0;
const LOCK_KEY_ID = 0x82;

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  '00A4': {
    handler: select,
    parameters: (p1, p2) => (p1 === 0x00 || p1 === 0x04) && p2 === 0x00,
    data: 'required',
    answer: 'chained',
    inBlockedDirectory: always,
  },
  '0084': {
    handler: getChallenge,
    parameters: zeros,
    data: 'none',
    answer: 'required',
    inBlockedDirectory: always,
  },
  '0082': {
    handler: externalAuthenticate,
    parameters: keyId,
    data: 'required',
    answer: 'none',
    inBlockedDirectory: ({ p2 }) => p2 === LOCK_KEY_ID,
  },
  '0088': { handler: internalAuthenticate, parameters: keyId, data: 'required', answer: 'chained' },
  '00B2': { handler: readRecord, parameters: byNumberOrTag, data: 'none', answer: 'required' },
  '00B0': { handler: readBinary, parameters: offset, data: 'none', answer: 'required' },
  '00DC': { handler: updateRecordPlain, parameters: byNumberOrAppend, data: 'required', answer: 'none' },
  '04DC': { handler: updateRecordProtected, parameters: byNumberOrAppend, data: 'any', answer: 'none' },
  '00D6': { handler: updateBinary, parameters: offset, data: 'required', answer: 'none' },
  '84D2': { handler: writeRecord, parameters: byNumber, data: 'any', answer: 'none' },
  '840C': { handler: eraseRecord, parameters: byNumber, data: 'any', answer: 'none' },
  '841E': {
    handler: applicationBlock,
    parameters: (p1, p2) => p1 === 0x00 && (p2 === 0x00 || p2 === 0x01),
    data: 'any',
    answer: 'none',
    inBlockedDirectory: always,
  },
  '8418': {
    handler: applicationUnblock,
    parameters: zeros,
    data: 'any',
    answer: 'none',
    inBlockedDirectory: always,
  },
  '8416': { handler: cardBlock, parameters: zeros, data: 'any', answer: 'none' },
  '00C0': {
    handler: getResponse,
    parameters: zeros,
    data: 'none',
    answer: 'required',
    inBlockedDirectory: always,
    onBlockedCard: true,
  },
  '80CA': {
    handler: getData,
    parameters: anything,
    data: 'none',
    answer: 'required',
    inBlockedDirectory: always,
    onBlockedCard: true,
  },
  '80E0': { handler: createFile, parameters: zeros, data: 'required', answer: 'none' },
  '84D4': {
    handler: (chip, command) => (command.p1 === 0x01 ? writeKey : retireKey)(chip, command),
    parameters: keyLoading,
    data: 'required',
    answer: 'none',
  },
  '8444': { handler: endPersonalization, parameters: zeros, data: 'required', answer: 'none' },
};
