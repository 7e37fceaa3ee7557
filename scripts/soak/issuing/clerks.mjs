/** People at work during the drill: one issues card after card at reader 1, one runs bulk jobs at reader 2, one orders at a bureau. */
import { setTimeout as pause } from 'node:timers/promises';
import { identityCheckCharacter } from '../../../card-issuer/dist/domain/identity-number.js';
import { BureauDesk } from './bureau.mjs';

const POLL_MS = 150;
const BULK_LINES = 5;
/** As many as may be ordered before a sample was approved, less those that are ordered again. */
const BUREAU_LINES = 3;
const DAY_MS = 86_400_000;
/** Of the card's states: from here on its chip holds the card and was read back. */
export const MADE = ['personalized', 'in-delivery', 'active'];

/** Invented people, each born on another day: nobody's number (ADR 002), nobody's double. @param {number} index */
function person(index) {
  const birthDate = new Date(Date.UTC(1950, 0, 1) + index * DAY_MS).toISOString().slice(0, 10);
  const first17 = `130101${birthDate.replaceAll('-', '')}902`;
  return {
    name: '钱小演',
    sex: '女',
    ethnicGroup: '汉',
    birthDate,
    documentType: '01',
    documentNumber: first17 + identityCheckCharacter(first17),
    areaCode: '130102',
  };
}

export class Clerks {
  /** Cards that reached their end. */
  made = 0;
  stopped = false;
  /** Residents asked for. */
  people = 0;
  /** What nobody may ever see. @type {string[]} */
  faults = [];
  /** What the first two are doing, for the drill's account. @type {[string, string]} */
  doing = ['', ''];
  /** Reader 1 is shared by whoever issues single cards and whoever reads the bureau's. @type {Promise<unknown>} */
  #reader1 = Promise.resolve();

  /**
   * @param {import('./house.mjs').DrillHouse} house @param {import('./blanks.mjs').Blank[]} blanks
   * @param {import('./bureau.mjs').DrillBureau} bureau
   */
  constructor(house, blanks, bureau) {
    this.house = house;
    this.blanks = [...blanks];
    this.desk = new BureauDesk(this, bureau);
  }

  account() {
    return [...this.doing, this.desk.doing].join(' | ');
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  atReader1(work) {
    const done = this.#reader1.then(work);
    this.#reader1 = done.catch(() => undefined);
    return done;
  }

  async bureau() {
    while (!this.stopped) await this.desk.oneOrder(BUREAU_LINES);
  }

  /** The next blank into the reader; it stays there until the next one. @param {1 | 2} reader */
  async #putBlank(reader) {
    const blank = this.blanks.shift();
    if (blank === undefined) throw new Error('no blanks left');
    await this.house.hand(reader, `swap ${blank.image}`);
    return blank;
  }

  async enrol() {
    this.people += 1;
    const number = this.people;
    const { status, body } = await this.house.ask(
      'manager',
      'POST',
      '/v1/residents',
      person(number),
      `enrol-${number}`,
    );
    if (status !== 200 && status !== 201) throw new Error(`enrol: ${status} ${JSON.stringify(body)}`);
    return { id: body.id, number };
  }

  /** The reader in which a chip lies, as card-issuer sees it; null while it does not. @param {string} factor */
  async placeOf(factor) {
    const { body } = await this.house.ask('manager', 'GET', '/v1/agents');
    for (const { agentId, readers } of body.agents ?? [])
      for (const { reader, card } of readers) if (card?.cardFactor === factor) return { agent: agentId, reader };
    return null;
  }

  async single() {
    while (!this.stopped) {
      this.doing[0] = 'enrol';
      const { id, number } = await this.enrol();
      const ordered = await this.house.ask('manager', 'POST', '/v1/cards', { residentId: id }, `order-${number}`);
      const cardId = ordered.body.id;
      await this.atReader1(() => this.#make(cardId));
      const active = await this.house.ask('manager', 'POST', `/v1/cards/${cardId}/activate`, {}, `activate-${number}`);
      if (active.status >= 400) this.faults.push(`activate: ${active.body.error?.code}`);
      this.made += 1;
    }
  }

  /** @param {string} cardId */
  async #make(cardId) {
    const blank = await this.#putBlank(1);
    for (let state = ''; !MADE.includes(state); ) {
      const place = await this.placeOf(blank.factor);
      const { body } = await this.house.ask('manager', 'GET', `/v1/cards/${cardId}`);
      state = body.state;
      const jobState = body.job?.state;
      this.doing[0] = `${state} ${jobState} ${body.job?.stage} ${body.job?.error?.code ?? ''}`;
      if (MADE.includes(state)) break;
      // Nobody is at work on it: the clerk presses the button (again).
      if (place !== null && (jobState === undefined || jobState === 'rejected' || body.job?.error != null)) {
        const { status, body: said } = await this.house.ask(
          'manager',
          'POST',
          `/v1/cards/${cardId}/personalize`,
          place,
        );
        if (status >= 400) this.doing[0] += ` refused ${said.error?.code}`;
      }
      await pause(POLL_MS);
    }
  }

  async bulk() {
    for (let round = 1; !this.stopped; round++) {
      const residentIds = [];
      for (let line = 0; line < BULK_LINES; line++) residentIds.push((await this.enrol()).id);
      const wish = { name: `演练 ${round}`, residentIds };
      const { body: run } = await this.house.ask('manager', 'POST', '/v1/bulk-runs', wish, `bulk-${round}`);
      await this.#work(run.id);
    }
  }

  /** Feeds blanks to reader 2 until the run is done; a second person looks at the sample. @param {string} runId */
  async #work(runId) {
    let blank = await this.#putBlank(2);
    let assigned = false;
    for (;;) {
      await pause(POLL_MS);
      const { body: run } = await this.house.ask('manager', 'GET', `/v1/bulk-runs/${runId}`);
      this.doing[1] = `${run.state} ${JSON.stringify(run.progress?.counts)}`;
      if (run.state === 'done' || run.state === 'cancelled') {
        this.made += run.progress.counts.done;
        return;
      }
      const place = await this.placeOf(blank.factor);
      if (place !== null && !assigned) {
        const station = { agentId: place.agent, reader: place.reader };
        const { status } = await this.house.ask('manager', 'PUT', `/v1/bulk-runs/${runId}/stations`, station);
        assigned = status < 400;
      }
      if (run.state === 'sample-review') await this.#approveSample(runId);
      await this.#retryFailed(runId);
      const { body: list } = await this.house.ask('manager', 'GET', '/v1/cards?limit=500');
      const own = list.cards.find((/** @type {any} */ { cardFactor }) => cardFactor === blank.factor);
      if (own !== undefined && MADE.includes(own.state)) blank = await this.#putBlank(2);
    }
  }

  /** @param {string} runId */
  async #approveSample(runId) {
    const { body } = await this.house.ask('reviewer', 'GET', '/v1/approvals');
    for (const { id, operation, subject } of body.approvals ?? [])
      if (operation === 'production-sample' && subject === runId)
        await this.house.ask('reviewer', 'POST', `/v1/approvals/${id}/approve`, {});
  }

  /** @param {string} runId */
  async #retryFailed(runId) {
    const { body } = await this.house.ask('manager', 'GET', `/v1/bulk-runs/${runId}/items?state=failed`);
    for (const { id } of body.items ?? []) await this.house.ask('manager', 'POST', `/v1/bulk-items/${id}/retry`);
  }
}
