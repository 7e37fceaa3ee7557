/** A card bureau during the drill: its simulator, its key in the token, its entry in the register, blanks in its safe. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadHsmConfig } from '../../../hsm-config/dist/index.js';
import { attachHsm } from '../../../key-service/dist/attach.js';
import { readText } from '../../../key-service/dist/ceremony-room.js';
import { stateFolder } from '../../../key-service/dist/state-folder.js';
import { openBlank } from './blanks.mjs';

const TRANSPORT_KEY = 'bureau-drill';
const TOKEN_LABEL = 'rhc-pilot';
/** Of 32 bytes: what the HSM gets is the exclusive or of its parts. */
const PARTS = ['one', 'two'].map((part) => new Uint8Array(createHash('sha256').update(`drill/${part}`).digest()));

/** The simulator of the tests is TypeScript: bundled beside the packages that it needs. @param {string} root */
async function simulatorModule(root) {
  const folder = join(root, 'node_modules/.cache/rhc-drill');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `bureau-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(root, 'card-issuer/test/bureau/bureau-simulator.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

export class DrillBureau {
  id = '';
  /** @type {any} */
  simulator;

  /**
   * @param {any} identities @param {(options: object) => any} makeSimulator @param {readonly import('./blanks.mjs').Blank[]} blanks
   */
  constructor(identities, makeSimulator, blanks) {
    this.identities = identities;
    this.blanks = blanks;
    const [one, two] = /** @type {[Uint8Array, Uint8Array]} */ (PARTS);
    this.simulator = makeSimulator({
      signing: identities.signing,
      receiving: identities.receiving,
      transportKey: one.map((byte, at) => byte ^ (two[at] ?? 0)),
      issuerCertificate: identities.issuer.certificate,
    });
    for (const { image, factor } of blanks) this.simulator.cards.set(factor, openBlank(image));
  }

  /**
   * Before the services start: identities, and the settings with which card-issuer signs.
   * @param {string} root @param {string} folder @param {readonly import('./blanks.mjs').Blank[]} blanks
   */
  static async prepare(root, folder, blanks) {
    const { BureauSimulator, identity } = await simulatorModule(root);
    const identities = {
      issuer: identity('issuer', 'P-256'),
      signing: identity('bureau', 'P-256'),
      receiving: identity('bureau, receiving'),
    };
    const [key, certificate] = [join(folder, 'bureau-signing.pem'), join(folder, 'bureau-signing-certificate.pem')];
    writeFileSync(key, identities.issuer.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    writeFileSync(certificate, identities.issuer.pem);
    const settings = {
      RHC_ISSUER_BUREAU_SIGNING_KEY_FILE: key,
      RHC_ISSUER_BUREAU_SIGNING_CERTIFICATE_FILE: certificate,
    };
    const make = (/** @type {object} */ options) => new BureauSimulator(options);
    return { bureau: new DrillBureau(identities, make, blanks), settings };
  }

  /** The transport key that was agreed with the bureau, into the token. @param {string} root @param {string} state */
  static async importTransportKey(root, state) {
    const hsm = await attachHsm({
      ...stateFolder(state),
      config: loadHsmConfig(join(root, 'hsm-config'), 'pilot', readText),
      workerPath: join(root, 'key-service/dist/hsm/worker.js'),
      tokenLabel: TOKEN_LABEL,
      workers: 1,
    });
    try {
      const parts = PARTS.map((part) => Uint8Array.from(part));
      await hsm.run('import-protection-key', { name: TRANSPORT_KEY, kind: 'AES', parts });
    } finally {
      await hsm.close();
    }
  }

  /** Asked for by one person, approved by another. @param {import('./house.mjs').DrillHouse} house @param {string} locationId */
  async register(house, locationId) {
    const entry = {
      name: '演练制卡中心',
      locationId,
      transportKey: TRANSPORT_KEY,
      signingCertificate: this.identities.signing.pem,
      receivingCertificate: this.identities.receiving.pem,
    };
    const asked = await house.ask('manager', 'POST', '/v1/bureaus', entry, 'drill-bureau');
    const approved = await house.ask('witness', 'POST', `/v1/approvals/${asked.body.id}/approve`, {});
    if (approved.status >= 400) throw new Error(`bureau: ${JSON.stringify([asked.body, approved.body])}`);
    const { body } = await house.ask('manager', 'GET', '/v1/bureaus');
    this.id = body.bureaus[0].id;
  }
}

/** One order's way: made, enciphered and signed, produced, returned, boxes counted by two people, each card read and handed over. */
export class BureauDesk {
  doing = '';
  orders = 0;
  /** Lines of the last order that the bureau could not make. */
  #failed = 0;

  /**
   * @param {import('./clerks.mjs').Clerks} clerks @param {DrillBureau} bureau
   */
  constructor(clerks, bureau) {
    this.clerks = clerks;
    this.house = clerks.house;
    this.bureau = bureau;
  }

  /** @param {number} cards new cards of an order; what failed before is ordered by itself, on the same chips */
  async oneOrder(cards) {
    this.orders += 1;
    const number = this.orders;
    const wish = { bureauId: this.bureau.id };
    if (this.#failed > 0) Object.assign(wish, { repeatFailed: true });
    else Object.assign(wish, { cardIds: await this.#newCards(number, cards) });
    this.doing = `bureau order ${number}`;
    const order = await this.#must('stock', 'POST', '/v1/bureau/orders', wish, `bureau-${number}`);
    const file = await this.#file(order);
    const opened = this.bureau.simulator.open(file);
    const fates = ['made', number % 4 === 1 && this.#failed === 0 ? 'failed' : number % 4 === 3 ? 'spoiled' : 'made'];
    const fate = (/** @type {{ line: number }} */ { line }) => fates[line - 1] ?? 'made';
    const lines = await this.bureau.simulator.makeAll(opened, fate);
    this.#failed = lines.filter((/** @type {any} */ { outcome }) => outcome === 'failed').length;
    await this.#returned(order.id, this.bureau.simulator.sign(this.bureau.simulator.returnOf(opened, lines)));
    await this.#countBoxes(order.id, lines);
    for (const line of lines) if (line.outcome === 'made') await this.#handOver(order.id, line);
  }

  /** @param {number} number @param {number} cards */
  async #newCards(number, cards) {
    const ids = [];
    for (let index = 0; index < cards; index++) {
      const { id } = await this.clerks.enrol();
      const wish = { residentId: id };
      ids.push((await this.#must('manager', 'POST', '/v1/cards', wish, `bureau-card-${number}-${index}`)).id);
    }
    return ids;
  }

  /**
   * @param {import('./house.mjs').Person} role @param {'GET' | 'POST'} method @param {string} path
   * @param {unknown} [body] @param {string} [key]
   */
  async #must(role, method, path, body, key) {
    const answer = await this.house.ask(role, method, path, body, key);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The file never changes once it was made. @param {{ id: string, fileSha256: string }} order */
  async #file({ id, fileSha256 }) {
    const file = await this.house.download('stock', `/v1/bureau/orders/${id}/file`);
    const found = createHash('sha256').update(file).digest('hex').toUpperCase();
    if (found !== fileSha256) this.clerks.faults.push(`order ${id}: the file is another one than was told`);
    return file;
  }

  /** The same file twice, as a nervous clerk does. @param {string} orderId @param {Uint8Array} signed */
  async #returned(orderId, signed) {
    const wish = { file: Buffer.from(signed).toString('base64') };
    for (const round of ['return', 'return again']) {
      this.doing = `bureau ${round} ${this.orders}`;
      const { report } = await this.#must('stock', 'POST', `/v1/bureau/orders/${orderId}/returns`, wish);
      for (const { fault } of report) if (fault !== null) this.clerks.faults.push(`${round}: ${fault.code}`);
    }
  }

  /** @param {string} orderId @param {readonly any[]} lines */
  async #countBoxes(orderId, lines) {
    this.doing = `bureau boxes ${this.orders}`;
    const { boxes } = await this.#must('stock', 'GET', `/v1/bureau/boxes?limit=1000&bureauId=${this.bureau.id}`);
    for (const box of boxes) {
      const counted = lines.filter((line) => line.box === box.number).length;
      if (box.orderId !== orderId || counted === 0) continue;
      for (const role of /** @type {const} */ (['stock', 'clerk']))
        await this.#must(role, 'POST', `/v1/bureau/boxes/${box.id}/counts`, { counted }, `count-${box.id}-${role}`);
    }
  }

  /** @param {string} orderId @param {{ cardFactor: string }} line */
  async #handOver(orderId, { cardFactor }) {
    const { lines } = await this.#must('stock', 'GET', `/v1/bureau/orders/${orderId}/lines`);
    const { cardId } = lines.find((/** @type {any} */ line) => line.cardFactor === cardFactor);
    const { image } = /** @type {import('./blanks.mjs').Blank} */ (
      this.bureau.blanks.find(({ factor }) => factor === cardFactor)
    );
    const early = await this.house.ask('manager', 'POST', `/v1/cards/${cardId}/activate`, {}, `early-${cardId}`);
    if (early.status < 400) this.clerks.faults.push(`card ${cardId} of the bureau is in use and nobody read it`);
    await this.clerks.atReader1(async () => {
      await this.house.hand(1, `swap ${image}`);
      for (let checked = false; !checked; ) {
        await pause(150);
        const place = await this.clerks.placeOf(cardFactor);
        if (place === null) continue;
        const { status, body } = await this.house.ask('manager', 'POST', `/v1/cards/${cardId}/bureau-check`, place);
        checked = status < 400;
        this.doing = `bureau check ${body.error?.code ?? ''}`;
        if (body.error?.code === 'BUREAU_CARD_REFUSED_AT_COUNTER') throw new Error(`${cardId}: ${body.error.code}`);
      }
    });
    await this.#must('manager', 'POST', `/v1/cards/${cardId}/activate`, {}, `activate-${cardId}`);
    this.clerks.made += 1;
  }
}
