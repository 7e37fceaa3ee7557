import { describe, expect, test } from '@jest/globals';
import { hexToBytes } from '@rhc/card/bytes';
import type {
  SlotsResponse,
  TerminalOperation,
  TerminalRequest,
  TerminalResponse,
  TerminalResult,
} from '../contract/index.ts';
import { terminalKeysOver } from './terminal-keys.ts';

function answerTo(operation: TerminalOperation): TerminalResult {
  switch (operation.kind) {
    case 'external-authentication':
      return { kind: operation.kind, version: 1, cryptogram: operation.challenge, terminalRandom: 'B1'.repeat(8) };
    case 'verify-internal-authentication':
      return { kind: operation.kind, version: 1, genuine: operation.answer === '57'.repeat(8) };
    case 'protect':
      return { kind: operation.kind, version: 1, data: operation.header };
  }
}

function recording() {
  const calls: TerminalRequest[] = [];
  const client = {
    slots: async (): Promise<SlotsResponse> => ({ suite: 'intl-128', slots: [] }),
    terminal: async (request: TerminalRequest): Promise<TerminalResponse> => {
      calls.push(request);
      const results = request.operations.map(answerTo);
      return { suite: 'intl-128', results };
    },
  };
  return { calls, client };
}

const card = (factor: string) => ({ cardFactor: hexToBytes(factor.repeat(8)), provinceCode: '13', version: 1 });
const R = hexToBytes('A1A2A3A4A5A6A7A8');
const internal = (factor: string, answer: string) => ({
  ...card(factor),
  slot: 'IRK.DDF1' as const,
  r1: R,
  r2: R,
  answer: hexToBytes(answer.repeat(8)),
});
const external = (factor: string) => ({ ...card(factor), slot: 'RK1.DDF1' as const, challenge: R });

describe('TerminalKeys over key-service', () => {
  test('what is asked for in one turn goes in one call, and each asker gets its own answer', async () => {
    const { calls, client } = recording();
    const keys = terminalKeysOver(client);
    const [genuine, forged, authentication] = await Promise.all([
      keys.verifyInternalAuthentication(internal('01', '57')),
      keys.verifyInternalAuthentication(internal('01', '58')),
      keys.externalAuthentication(external('01')),
    ]);
    expect([genuine, forged]).toEqual([true, false]);
    expect(authentication.cryptogram).toEqual(R);
    expect(calls.map(({ operations }) => operations.length)).toEqual([3]);
  });

  test('two cards never share a call, nor do two turns', async () => {
    const { calls, client } = recording();
    const keys = terminalKeysOver(client);
    await Promise.all([keys.externalAuthentication(external('01')), keys.externalAuthentication(external('02'))]);
    await keys.externalAuthentication(external('01'));
    expect(calls.map(({ cardFactor }) => cardFactor.slice(0, 2))).toEqual(['01', '02', '01']);
  });

  test('a call takes 64 operations, the next ones go in another', async () => {
    const { calls, client } = recording();
    const keys = terminalKeysOver(client);
    await Promise.all(Array.from({ length: 70 }, () => keys.externalAuthentication(external('01'))));
    expect(calls.map(({ operations }) => operations.length)).toEqual([64, 6]);
  });

  test('a failed call fails all that were in it, and the next turn asks anew', async () => {
    const { client } = recording();
    let fails = true;
    const keys = terminalKeysOver({
      ...client,
      terminal: (request) => (fails ? Promise.reject(new Error('down')) : client.terminal(request)),
    });
    const both = [keys.externalAuthentication(external('01')), keys.externalAuthentication(external('01'))];
    for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
    fails = false;
    await expect(keys.externalAuthentication(external('01'))).resolves.toMatchObject({ cryptogram: R });
  });
});
