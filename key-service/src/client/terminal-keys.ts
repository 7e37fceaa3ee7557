/**
 * The card session's TerminalKeys port over key-service. Operations of one card that are asked for in the same turn of the
 * event loop go in one call.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite, CardKeySlotName } from '@rhc/card/profile';
import type { TerminalKeyRequest, TerminalKeys } from '@rhc/card/session';
import type { TerminalOperation, TerminalRequest, TerminalResponse, TerminalResult } from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';
import type { KeyServiceClient } from './key-service-client.ts';

type Client = Pick<KeyServiceClient, 'terminal' | 'slots'>;

type Card = Pick<TerminalRequest, 'cardFactor' | 'provinceCode'>;

interface Batch {
  readonly operations: TerminalOperation[];
  readonly answer: Promise<TerminalResponse>;
}

/** The contract's limit of one call. */
const MAX_OPERATIONS = 64;

/** @param suite suite of the keys that serve the card; a service of another suite is refused at the first answer */
export function terminalKeysOver(client: Client, suite: AlgorithmSuite = 'intl-128'): TerminalKeys {
  let versions: Promise<ReadonlyMap<CardKeySlotName, number>> | undefined;

  const batches = new Map<string, Batch>();

  async function one<K extends TerminalOperation['kind']>(
    request: TerminalKeyRequest,
    operation: Extract<TerminalOperation, { kind: K }>,
  ): Promise<Extract<TerminalResult, { kind: K }>> {
    const card = { cardFactor: bytesToHex(request.cardFactor), provinceCode: request.provinceCode };
    const batch = batchOf(card);
    const index = batch.operations.push(operation) - 1;
    const answer = await batch.answer;
    const result = answer.results[index];
    if (answer.suite !== suite || result?.kind !== operation.kind) {
      throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: `terminal ${operation.kind}` });
    }
    return result as Extract<TerminalResult, { kind: K }>;
  }

  /** The call of this turn; it leaves when the turn ends. */
  function batchOf(card: Card): Batch {
    const key = `${card.cardFactor} ${card.provinceCode}`;
    const open = batches.get(key);
    if (open !== undefined && open.operations.length < MAX_OPERATIONS) return open;
    const operations: TerminalOperation[] = [];
    const answer = Promise.resolve().then(() => {
      if (batches.get(key)?.operations === operations) batches.delete(key);
      return client.terminal({ ...card, operations });
    });
    const batch = { operations, answer };
    batches.set(key, batch);
    return batch;
  }

  async function readVersions(): Promise<ReadonlyMap<CardKeySlotName, number>> {
    const { slots } = await client.slots();
    return new Map(
      slots.flatMap(({ slot, versions: all }) => {
        const active = all.find(({ state }) => state === 'active');
        return active === undefined ? [] : [[slot as CardKeySlotName, active.version] as const];
      }),
    );
  }

  return {
    suite,
    async activeVersion(slot) {
      versions ??= readVersions();
      try {
        const version = (await versions).get(slot);
        if (version === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: slot });
        return version;
      } catch (error) {
        // A failed look-up must not stay: the next card asks again.
        versions = undefined;
        throw error;
      }
    },
    async externalAuthentication(request) {
      const { slot, version } = request;
      const challenge = bytesToHex(request.challenge);
      const result = await one(request, { kind: 'external-authentication', slot, version, challenge });
      return { cryptogram: hexToBytes(result.cryptogram), terminalRandom: hexToBytes(result.terminalRandom) };
    },
    async verifyInternalAuthentication(request) {
      const result = await one(request, {
        kind: 'verify-internal-authentication',
        version: request.version,
        r1: bytesToHex(request.r1),
        r2: bytesToHex(request.r2),
        answer: bytesToHex(request.answer),
      });
      return result.genuine;
    },
    async protect(request) {
      const { slot, version, plain } = request;
      const result = await one(request, {
        kind: 'protect',
        slot,
        version,
        challenge: bytesToHex(request.challenge),
        header: bytesToHex(request.header),
        plain: plain === null ? null : bytesToHex(plain),
      });
      return hexToBytes(result.data);
    },
  };
}
