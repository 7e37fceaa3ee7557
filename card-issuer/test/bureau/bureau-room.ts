/** An issuer with a bureau: blanks in its safe, keys from the public pilot roots, a reader that takes a card it made. */
import { randomBytes } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys } from '@rhc/card/personalization';
import { type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { cardKey, disperse, internalAuthenticationAnswer, kcvEnc0, pilotRoot } from '@rhc/card/secure-messaging';
import { sealKeyBlock } from '../../../key-service/src/domain/key-block/key-block.ts';
import { softKeyBlockEngine } from '../../../key-service/src/hsm/soft-key-block-engine.ts';
import type { Issuer } from '../../src/app.ts';
import type { Clock } from '../../src/clock.ts';
import type { BureauKeys, IssuerKeys } from '../../src/personalize/key-service-keys.ts';
import type { Database } from '../../src/store/index.ts';
import { enrolled, issuerWith } from '../life-cycle/in-use.ts';
import { BureauSimulator, identity } from './bureau-simulator.ts';

const SUITE = 'intl-128';
export const TRANSPORT_KEY = '88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6';
const random = (length: number) => new Uint8Array(randomBytes(length));
const root = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);
const keyOf = (slot: KeySlotName, version: number, factor: Uint8Array) =>
  slot === 'TMK'
    ? disperse(nodeCrypto, SUITE, root(slot, version), factor)
    : cardKey(
        nodeCrypto,
        SUITE,
        root(slot, version),
        nationalProfile.keySlots.find(({ name }) => name === slot)?.levels ?? 1,
        '13',
        factor,
      );

/** As key-service answers, from clear roots: the HSM's own way is tested in `test/bureau`. */
export const localBureauKeys: BureauKeys = {
  cardKeys({ cards }) {
    const engine = softKeyBlockEngine('AES', hexToBytes(TRANSPORT_KEY));
    const slots: KeySlotName[] = ['TMK', ...nationalProfile.keySlots.map(({ name }) => name)];
    return Promise.resolve({
      suite: SUITE,
      transportKeyCheckValue: bytesToHex(engine.checkValue()),
      cards: cards.map(({ cardFactor }) => ({
        cardFactor,
        securityCode: '123',
        keys: slots.map((slot) => {
          const key = keyOf(slot, 1, hexToBytes(cardFactor));
          const header = { version: 'D', usage: '10', algorithm: 'A', mode: 'X', keyVersion: '01' } as const;
          const optionalBlocks = [{ id: 'LB', data: `${slot}#1/${cardFactor}` }];
          return {
            slot: slot as never,
            version: 1,
            block: sealKeyBlock({ ...header, exportability: 'N', optionalBlocks }, key, engine, random),
            kcv: bytesToHex(kcvEnc0(nodeCrypto, SUITE, key)),
          };
        }),
      })),
    });
  },
  isGenuine({ cardFactor, version, r1, r2, answer }) {
    const key = keyOf('IRK.DDF1', version, hexToBytes(cardFactor));
    const expected = internalAuthenticationAnswer(nodeCrypto, SUITE, key, hexToBytes(r1), hexToBytes(r2));
    return Promise.resolve(bytesToHex(expected) === answer);
  },
};

export const localIssuerKeys = (bureau: BureauKeys = localBureauKeys): IssuerKeys => ({
  personalization: () =>
    localPersonalizationKeys({ crypto: nodeCrypto, suite: SUITE, profile: nationalProfile, random, root }),
  issuerCertificate: () => Promise.resolve(`0101${'00'.repeat(178)}`),
  bureau,
});

/** RSA keys take a second each: made once for a suite. */
export const IDENTITIES = {
  issuer: identity('issuer'),
  bureau: identity('bureau'),
  receiving: identity('bureau, receiving'),
  stranger: identity('stranger'),
};

export interface BureauRoom {
  readonly issuer: Issuer;
  readonly simulator: BureauSimulator;
  readonly bureauId: string;
  readonly placeId: string;
  order(cards: number, from: number): Promise<string[]>;
}

export const openIssuer = (database: Database, clock: Clock, bureau?: BureauKeys): Promise<Issuer> =>
  issuerWith(database, clock, {
    keys: localIssuerKeys(bureau),
    bureauSigner: IDENTITIES.issuer,
    listedBlanksOnly: true,
  });

/** @param blanks chips in the bureau's safe, in boxes of 10 */
export async function bureauRoom(issuer: Issuer, blanks: number, factorFrom = 0): Promise<BureauRoom> {
  const simulator = new BureauSimulator({
    signing: IDENTITIES.bureau,
    receiving: IDENTITIES.receiving,
    transportKey: hexToBytes(TRANSPORT_KEY),
    issuerCertificate: IDENTITIES.issuer.certificate,
  });
  const { id: placeId } = await issuer.stock.addLocation(`制卡中心 ${factorFrom}`, null);
  const rows = Array.from({ length: blanks }, (_, index) => {
    const factor = (0x5201_0000_0000 + factorFrom + index).toString(16).padStart(16, '0').toUpperCase();
    const historicalBytes = hexToBytes(`${factor}010000`);
    simulator.put({ historicalBytes, transportKey: bytesToHex(keyOf('TMK', 1, hexToBytes(factor))) });
    return `B${factorFrom}-${Math.floor(index / 10)},${factor}`;
  });
  const list = new TextEncoder().encode(['箱号,芯片序列号', ...rows].join('\n'));
  await issuer.stock.receive(list, { locationId: placeId, supplier: '卡商甲', actor: 'stock:1' }, null);
  const entry = {
    name: `制卡中心 ${factorFrom}`,
    locationId: placeId,
    transportKey: 'bureau-1',
    signingCertificate: IDENTITIES.bureau.pem,
    receivingCertificate: IDENTITIES.receiving.pem,
  };
  const { id: bureauId } = await issuer.bureau.register(entry, { actor: 'manager:1', witness: 'manager:2' }, null);
  return {
    issuer,
    simulator,
    bureauId,
    placeId,
    async order(cards, from) {
      const ids: string[] = [];
      for (let index = 0; index < cards; index++) {
        ids.push((await issuer.service.orderCard(await enrolled(issuer, from + index))).id);
      }
      return ids;
    },
  };
}
