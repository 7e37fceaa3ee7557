/** Re-key of a card in the field (ADR 005): a request becomes one HSM operation, its answer complete APDUs. Pure. */
import { bytesToHex, concatBytes, hexToBytes } from '@rhc/card/bytes';
import { RETIRE_KEY_DATA_BYTES, retireKey, retireKeyBlock, retireKeyHeader, writeKey } from '@rhc/card/commands';
import { nationalProfile } from '@rhc/card/profile';
import type { RekeyRequest, RekeyResponse } from '../contract/index.ts';
import type { RekeyInput, RekeyOutput } from '../hsm/port.ts';
import { dispersalBlock, reversedBlock } from './hierarchy.ts';
import type { UseOf } from './key-uses.ts';
import { authenticationApdu, cardScope, type KeyBook, loadInput, masterKeyPath, masterUse } from './personalization.ts';

const kidOf = (slot: RekeyRequest['writes'][number]['slot']) => nationalProfile.keySlot(slot).kid;

/** A retirement uses no key of its slot: any version may be taken off a card. */
export function rekeyUses(book: KeyBook, request: RekeyRequest): UseOf[] {
  return [
    masterUse(book, request.masterKeyVersion),
    ...request.writes.map((write) => ({ ...write, operation: 'load-onto-card' as const })),
  ];
}

export function rekeyInput(book: KeyBook, request: RekeyRequest): RekeyInput {
  const card = cardScope(request);
  const challenge = hexToBytes(request.challenge);
  return {
    masterKey: masterKeyPath(book, request.masterKeyVersion, card),
    encipherBlock: dispersalBlock(challenge),
    macBlock: reversedBlock(challenge),
    loads: request.writes.map(({ slot, version }) =>
      loadInput(book, { slot, version: book.keyring.pick(slot, version, 'load-onto-card') }, card),
    ),
    retirements: request.retirements.map(({ slot, version }) => ({
      header: concatBytes(retireKeyHeader(kidOf(slot)), Uint8Array.of(RETIRE_KEY_DATA_BYTES)),
      block: retireKeyBlock(version),
    })),
  };
}

export function rekeyResponse(book: KeyBook, request: RekeyRequest, output: RekeyOutput): RekeyResponse {
  return {
    suite: book.hierarchy.suite,
    externalAuthenticate: authenticationApdu(kidOf('MK.MF'), output, request.masterKeyVersion),
    writes: request.writes.map((entry, i) => {
      const command = writeKey.build(kidOf(entry.slot), output.loads[i] as Uint8Array);
      return { ...entry, command: bytesToHex(command) };
    }),
    retirements: request.retirements.map((entry, i) => {
      const command = retireKey.build(kidOf(entry.slot), output.retirements[i] as Uint8Array);
      return { ...entry, command: bytesToHex(command) };
    }),
  };
}
