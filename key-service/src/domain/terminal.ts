/** Terminal calls: a list of operations of one card becomes one HSM message, and its answers the contract's. Pure. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { TerminalOperation, TerminalRequest, TerminalResponse, TerminalResult } from '../contract/index.ts';
import type { KeyPath, TerminalInput, TerminalOutput } from '../hsm/port.ts';
import { sessionKeyPath } from './hierarchy.ts';
import type { UseOf } from './key-uses.ts';
import { cardScope, type KeyBook, keyPath } from './personalization.ts';

const slotOf = (operation: TerminalOperation) =>
  operation.kind === 'verify-internal-authentication' ? 'IRK.DDF1' : operation.slot;

export function terminalVersions(book: KeyBook, request: TerminalRequest): number[] {
  return request.operations.map((operation) =>
    book.keyring.pick(slotOf(operation), operation.version, 'terminal', request.provinceCode),
  );
}

export function terminalUses(request: TerminalRequest, versions: readonly number[]): UseOf[] {
  return request.operations.map((operation, index) => ({
    slot: slotOf(operation),
    version: versions[index] as number,
    operation: 'terminal',
  }));
}

/** What the audit log counts: operation, slot and version. */
export function terminalNames(request: TerminalRequest, versions: readonly number[]): string[] {
  return request.operations.map((operation, index) => `${operation.kind} ${slotOf(operation)}#${versions[index]}`);
}

function inputOf(operation: TerminalOperation, cardKey: KeyPath): TerminalInput {
  switch (operation.kind) {
    case 'external-authentication':
      return { kind: operation.kind, sessionKey: sessionKeyPath(cardKey, hexToBytes(operation.challenge)) };
    case 'verify-internal-authentication':
      return {
        kind: operation.kind,
        sessionKey: sessionKeyPath(cardKey, hexToBytes(operation.r1)),
        r2: hexToBytes(operation.r2),
        answer: hexToBytes(operation.answer),
      };
    case 'protect':
      return {
        kind: operation.kind,
        sessionKey: sessionKeyPath(cardKey, hexToBytes(operation.challenge)),
        header: hexToBytes(operation.header),
        plain: operation.plain === null ? null : hexToBytes(operation.plain),
      };
  }
}

export function terminalInput(book: KeyBook, request: TerminalRequest, versions: readonly number[]): TerminalInput[] {
  const card = cardScope(request);
  return request.operations.map((operation, index) =>
    inputOf(operation, keyPath(book, slotOf(operation), versions[index] as number, card)),
  );
}

function resultOf(output: TerminalOutput, version: number): TerminalResult {
  switch (output.kind) {
    case 'external-authentication':
      return {
        kind: output.kind,
        version,
        cryptogram: bytesToHex(output.cryptogram),
        terminalRandom: bytesToHex(output.terminalRandom),
      };
    case 'verify-internal-authentication':
      return { kind: output.kind, version, genuine: output.genuine };
    case 'protect':
      return { kind: output.kind, version, data: bytesToHex(output.data) };
  }
}

export function terminalResponse(
  book: KeyBook,
  versions: readonly number[],
  outputs: readonly TerminalOutput[],
): TerminalResponse {
  const results = outputs.map((output, index) => resultOf(output, versions[index] as number));
  return { suite: book.hierarchy.suite, results };
}
