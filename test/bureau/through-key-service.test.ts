/**
 * The bureau's way over the real parts: SoftHSM2 wraps the keys, key-service answers over HTTP, card-issuer makes the file, the
 * simulator personalizes virtual cards from it, and a reader at the counter has the last word.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes, xorBytes } from '@rhc/card/bytes';
import { openDatabase } from '../../card-issuer/src/store/index.ts';
import { bureauRoom, IDENTITIES, TRANSPORT_KEY } from '../../card-issuer/test/bureau/bureau-room.ts';
import { InProcessDesk } from '../../card-issuer/test/issuing/in-process-desk.ts';
import { ISSUER, issuerWith, TurnedClock } from '../../card-issuer/test/life-cycle/in-use.ts';
import { stateFolder } from '../../key-service/src/ceremony-room.ts';
import { bureauKeysOver, KeyServiceClient, personalizationKeysOver } from '../../key-service/src/client/index.ts';
import type { CardPeople } from '../../key-service/src/contract/index.ts';
import { temporaryFolder } from '../../key-service/test/pilot-room.ts';
import { pilotState } from '../../key-service/test/pilot-state.ts';
import { openServiceRoom, type ServiceRoom } from '../../key-service/test/service-room.ts';

const LONG_MS = 120_000;
/** As the key hierarchy declares it. */
const ISSUER_CODE = '1301000000000000000001';
const state = temporaryFolder();
const clock = new TurnedClock();
let room: ServiceRoom;

beforeAll(async () => {
  clock.turnHours((Date.now() - clock.nowMs()) / 3_600_000 + 1);
  await pilotState(state);
  room = await openServiceRoom({
    state,
    location: stateFolder(state).database,
    callers: { issuer: ['service'] },
    now: () => new Date(clock.nowMs()),
  });
  const part = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  const parts = [xorBytes(hexToBytes(TRANSPORT_KEY), part), part];
  await room.hsm.run('import-protection-key', { name: 'bureau-1', kind: 'AES', parts });
}, LONG_MS);
afterAll(async () => {
  await room?.close();
  rmSync(state, { recursive: true, force: true });
}, LONG_MS);

test(
  'three cards with all key versions: made from the file, returned, counted, read, handed over',
  async () => {
    const client = new KeyServiceClient({ baseUrl: room.baseUrl, token: () => 'issuer', timeoutMs: 60_000 });
    const database = openDatabase(':memory:');
    const issuer = await issuerWith(database, clock, {
      keys: {
        personalization: (people: CardPeople) => personalizationKeysOver(client, ISSUER_CODE, people),
        issuerCertificate: async () => (await client.issuerCertificate()).certificate,
        bureau: bureauKeysOver(client),
      },
      issuer: { ...ISSUER, code: ISSUER_CODE },
      bureauSigner: IDENTITIES.issuer,
      listedBlanksOnly: true,
    });
    try {
      const bureau = await bureauRoom(issuer, 3);
      const cardIds = await bureau.order(3, 1);
      const order = await issuer.bureau.order({ bureauId: bureau.bureauId }, 'stock:1', null);
      const file = bureau.simulator.open(await issuer.bureau.file(order.id));
      expect(file.lines.map(({ keys }) => keys.length)).toEqual([45, 45, 45]);
      const lines = await bureau.simulator.makeAll(file);
      const signed = bureau.simulator.sign(bureau.simulator.returnOf(file, lines));
      const { report } = await issuer.bureau.takeReturn(order.id, signed, 'stock:1');
      expect(report.map(({ result, fault }) => fault?.code ?? result)).toEqual(['accepted', 'accepted', 'accepted']);
      const box = (await issuer.bureau.boxes(bureau.bureauId)).find(({ kind }) => kind === 'cards');
      for (const person of ['stock:1', 'clerk:1'])
        await issuer.bureau.count(box?.id ?? '', { counted: 3, person }, null);
      expect(await issuer.bureau.view(order.id)).toMatchObject({ state: 'closed', counts: { made: 3 } });

      const desk = new InProcessDesk({
        transportKey: '00'.repeat(16),
        historicalBytes: new Uint8Array(11).fill(7),
        random: (length) => new Uint8Array(randomBytes(length)),
      });
      desk.connect(issuer.hub);
      for (const { cardId, cardFactor } of await issuer.bureau.lines(order.id)) {
        const card = bureau.simulator.cards.get(cardFactor);
        if (card === undefined) throw new Error(`no card ${cardFactor}`);
        desk.insert(card, cardFactor);
        await issuer.bureau.checkAtCounter(cardId, { actor: 'clerk:1' });
        expect((await issuer.service.activate(cardId)).state).toBe('active');
      }
      const place = (await issuer.stock.locations()).find(({ id }) => id === bureau.placeId);
      expect(place?.ledger).toEqual({ received: 3, stock: 0, inWork: 0, issued: 3, spoiled: 0, returned: 0 });
      expect(cardIds).toHaveLength(3);
      // What went over the wire and what is kept holds no key in the clear.
      const kept = JSON.stringify(await database('bureau_lines').select());
      for (const { keys } of file.lines) for (const { block } of keys) expect(kept).not.toContain(block);
      expect(bytesToHex(await issuer.bureau.file(order.id))).not.toContain(TRANSPORT_KEY);
    } finally {
      await issuer.stop();
      await database.destroy();
    }
  },
  LONG_MS,
);
