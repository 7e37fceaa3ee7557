/**
 * Parts and key blocks that a rehearsal makes up: hashes of the ceremony's name, so that a rehearsal which was cut goes
 * on with the same ones, and worthless, because anybody can recompute them.
 */
import { createHash } from 'node:crypto';
import { xorBytes } from '@rhc/card/bytes';
import { keyTarget } from '../domain/ceremony/key-labels.ts';
import { keysOfStep, type PartSource, partSource } from '../domain/ceremony/rules.ts';
import { combineShares, splitSecret } from '../domain/ceremony/shamir.ts';
import type { RehearsalMaterial } from '../domain/ceremony/unattended.ts';
import { sealKeyBlock } from '../domain/key-block/key-block.ts';
import { softKeyBlockEngine } from '../hsm/soft-key-block-engine.ts';

const drawn = (label: string, length: number): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(`rhc-rehearsal/${label}`).digest()).slice(0, length);

/** All shares of a key: any threshold of them makes the same one. */
function partsOf(ceremony: string, key: string, source: PartSource, length: number): Uint8Array[] {
  if (source.combine === 'XOR') {
    return Array.from({ length: source.count }, (_, at) => drawn(`${ceremony}/${key}/part-${at + 1}`, length));
  }
  let coefficient = 0;
  const random = (bytes: number) => drawn(`${ceremony}/${key}/coefficient-${++coefficient}`, bytes);
  const secret = drawn(`${ceremony}/${key}/secret`, length);
  return splitSecret(secret, source.threshold ?? source.count, source.count, random).map(({ bytes }) => bytes);
}

export const rehearsalMaterial: RehearsalMaterial = {
  part({ book, record }, stepId, key, place) {
    const step = book.script.steps.find(({ id }) => id === stepId);
    const source = step === undefined ? null : partSource(step);
    if (step === undefined || source === null) throw new Error(`${stepId} takes no parts`);
    const length = step.step === 'exchange-kbpk' ? step.lengthBytes : 16;
    return { index: place, part: partsOf(record.id, key, source, length)[place - 1] as Uint8Array };
  },
  blocks({ book, record, state }, stepId) {
    const step = book.script.steps.find(({ id }) => id === stepId);
    if (step?.step !== 'import-key-blocks') return {};
    const exchange = book.script.steps.find((each) => each.step === 'exchange-kbpk' && each.name === step.kbpk);
    if (exchange?.step !== 'exchange-kbpk') throw new Error(`nobody exchanged ${step.kbpk}`);
    const parts = partsOf(record.id, `KBPK.${exchange.name}`, exchange, exchange.lengthBytes);
    const kbpk =
      exchange.combine === 'XOR'
        ? parts.reduce((sum, part) => xorBytes(sum, part))
        : combineShares(
            parts.slice(0, exchange.threshold ?? exchange.count).map((bytes, at) => ({ index: at + 1, bytes })),
          );
    const engine = softKeyBlockEngine(exchange.kind, kbpk);
    return Object.fromEntries(
      keysOfStep(book, state, step).map((key) => {
        const target = keyTarget(book, step, key);
        const header = {
          version: exchange.kind === 'AES' ? ('D' as const) : ('B' as const),
          usage: 'E6',
          algorithm: 'A',
          mode: target.kind === 'root' && target.usage === 'encrypt' ? 'E' : 'X',
          keyVersion: '00',
          exportability: 'N',
          optionalBlocks: [],
        };
        const value = drawn(`${record.id}/${key}/value`, 16);
        return [key, sealKeyBlock(header, value, engine, (bytes) => drawn(`${record.id}/${key}/pad`, bytes))];
      }),
    );
  },
};
