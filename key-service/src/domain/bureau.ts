/** Keys of a bureau's cards: a request becomes one HSM message, its answer blocks with their names. Pure. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { BureauCardKeysRequest, BureauCardKeysResponse } from '../contract/bureau.ts';
import type { WrapCardKeysInput, WrapCardKeysOutput } from '../hsm/port.ts';
import { rootLabel } from './hierarchy.ts';
import type { UseOf } from './key-uses.ts';
import { cardScope, type KeyBook, keyPath, masterUse, plannedLoads } from './personalization.ts';

/** X9.143 has no usage for a key of one chip and no letter for SM4: numbers are its range for agreements between parties. */
const CARD_KEY_USAGE = '10';
const ALGORITHMS: Readonly<Record<AlgorithmSuite, string>> = { 'intl-128': 'A', 'pboc-3des': 'T', 'sm-128': '4' };

export interface BureauKeyName {
  readonly slot: BureauCardKeysResponse['cards'][number]['keys'][number]['slot'];
  readonly version: number;
}

/** The transport key that opens the blank, then everything that is loaded, in loading order. */
export function bureauKeyNames(book: KeyBook): BureauKeyName[] {
  return [{ slot: 'TMK', version: book.keyring.pick('TMK', undefined, 'terminal') }, ...plannedLoads(book)];
}

/** Each card counts as one that was loaded at a counter. */
export function bureauUses(book: KeyBook, request: BureauCardKeysRequest): UseOf[] {
  const code = { slot: 'CVK', version: book.keyring.pick('CVK', undefined, 'terminal') } as const;
  const loads = plannedLoads(book).map((load) => ({ ...load, operation: 'load-onto-card' as const }));
  return request.cards.flatMap(() => [masterUse(book, 0), { ...code, operation: 'terminal' as const }, ...loads]);
}

/** What the block's header says of the key, under its MAC: a block of another card or slot is known at once. */
export const keyLabel = ({ slot, version }: BureauKeyName, cardFactor: string): string =>
  `${slot}#${version}/${cardFactor}`;

export function bureauInput(book: KeyBook, request: BureauCardKeysRequest): WrapCardKeysInput {
  const names = bureauKeyNames(book);
  const { transportKey, provinceCode, cityCode } = request;
  return {
    transportKey,
    securityCodeRoot: rootLabel('CVK', book.keyring.pick('CVK', undefined, 'terminal')),
    cards: request.cards.map(({ cardFactor, securityCodeBlock }) => {
      const scope = cardScope({ cardFactor, provinceCode, cityCode });
      return {
        cardFactor: scope.cardFactor,
        securityCodeBlock: hexToBytes(securityCodeBlock),
        keys: names.map((name) => ({
          key: keyPath(book, name.slot, name.version, scope),
          header: {
            version: 'D',
            usage: CARD_KEY_USAGE,
            algorithm: ALGORITHMS[book.hierarchy.suite],
            mode: 'X',
            keyVersion: String(name.version % 100).padStart(2, '0'),
            exportability: 'N',
            optionalBlocks: [{ id: 'LB', data: keyLabel(name, cardFactor) }],
          },
        })),
      };
    }),
  };
}

export function bureauResponse(
  book: KeyBook,
  request: BureauCardKeysRequest,
  output: WrapCardKeysOutput,
): BureauCardKeysResponse {
  const names = bureauKeyNames(book);
  return {
    suite: book.hierarchy.suite,
    transportKeyCheckValue: bytesToHex(output.transportKeyCheckValue),
    cards: output.cards.map(({ keys, securityCode }, index) => ({
      cardFactor: (request.cards[index] as { cardFactor: string }).cardFactor,
      securityCode,
      keys: keys.map(({ block, kcv }, at) => ({
        ...(names[at] as BureauKeyName),
        block,
        kcv: bytesToHex(kcv),
      })),
    })),
  };
}
