/**
 * Rotations while everything is killed: planned, approved by two officers, activated, and then either retired or rolled back,
 * one slot after the other. Every step is asked for until the rotation's own state says that it is done, as people do who
 * lost the answer; a step that would be done twice shows in the check.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachHsm } from '../../dist/attach.js';
import { rosterHash, rosterText } from '../../dist/domain/quorum/roster.js';
import { approvalStore } from '../../dist/store/approval-store.js';
import { openDatabase } from '../../dist/store/database.js';
import { pause } from './processes.mjs';
import { config, folderOf, LABEL, workerPath } from './room.mjs';

const OFFICERS = ['demo.officer-a', 'demo.officer-b'];
const SECURITY = 'demo.security-admin';
/** Of the traffic's authentications: both of its versions must answer from the first moment to the last. */
export const WATCHED = 'RK1.DDF1';
const TURNED = [WATCHED, 'RK1.DF01', 'UK2.DF02', 'BK.MF'];
const ENDS = { retired: 'retire', 'rolled-back': 'roll-back' };
const LEAD_MS = 3_000;
const TWO = [{ role: 'officer', count: 2 }];
const OPERATIONS = [
  'generate-root',
  'carry-out-rotation',
  'retire-versions',
  'roll-back-rotation',
  'destroy-root',
  'replace-roster',
];

/** @param {string} id @param {string} role */
function person(id, role = 'officer') {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const credential = `key-of-${id}`;
  return {
    id,
    entry: {
      id: `operator:${id}`,
      name: id,
      roles: [role],
      credentials: [{ kind: 'p256', id: credential, publicKey: spki }],
    },
    approve: (/** @type {string} */ text) => ({
      kind: 'p256',
      credential,
      signature: sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex'),
    }),
  };
}

export class RotationLane {
  /** @type {{ slot: string, source: string, state: string }[]} */
  ended = [];
  officers = OFFICERS.map((id) => person(id));

  /** @param {import('./drill.mjs').Drill} drill */
  constructor(drill) {
    this.drill = drill;
  }

  /** Before the service is there: the token is given its roster. */
  async foundRoster() {
    const { state, database } = this.drill.options;
    const hsm = await attachHsm({ ...folderOf(state, database), config, workerPath, tokenLabel: LABEL, workers: 1 });
    const store = await openDatabase(database);
    try {
      const text = rosterText(
        /** @type {any} */ ({
          format: 'rhc-roster-1',
          version: 1,
          previous: null,
          pilot: false,
          tokenSerial: hsm.token.serial,
          webauthn: { rpId: 'keys.example.test', origins: ['https://keys.example.test'] },
          people: [...this.officers, person('demo.audit-admin', 'audit-admin')].map(({ entry }) => entry),
          policies: Object.fromEntries(OPERATIONS.map((operation) => [operation, TWO])),
          recoveryKey: null,
        }),
      );
      const sealed = await hsm.run('found-roster', { roster: text });
      await approvalStore(store).addRoster(rosterHash(text), 1, sealed, new Date());
    } finally {
      await store.destroy();
      await hsm.close();
    }
  }

  async run() {
    const slots = config.hierarchy.slots
      .map(({ name }) => name)
      .filter((slot) => TURNED.slice(0, this.drill.options.rotations).includes(slot));
    for (const [index, slot] of slots.entries()) {
      // The watched slot keeps both versions usable to the end; of the others every second one is retired.
      const wanted = slot !== WATCHED && index % 2 === 0 ? 'retired' : 'rolled-back';
      const source = index < 2 ? 'present' : 'generate';
      const state = await this.#turn(slot, wanted, source);
      if (state !== wanted) return;
      this.ended.push({ slot, source, state });
      this.drill.say(`rotation of ${slot} (${source}): ${state}`);
    }
  }

  /** @param {string} slot @param {'retired' | 'rolled-back'} wanted @param {string} source */
  async #turn(slot, wanted, source) {
    for (let last = ''; !this.drill.stopped; await pause(100)) {
      const view = await this.#view(slot);
      if (view === undefined) {
        if (last !== '') this.drill.faults.push(`the rotation of ${slot} is gone`);
        const activateAt = new Date(Date.now() + LEAD_MS).toISOString();
        const order = { slots: [slot], suite: 'intl-128', source, reason: 'a turn of the drill', activateAt };
        await this.#try('POST', '/v1/rotations', { ...order, retireBelow: 1_000_000 });
        continue;
      }
      last = view.state;
      if (view.state === 'planned') await this.#approved(view, 'prepare');
      else if (view.state === 'watching') await this.#approved(view, ENDS[wanted]);
      else if (view.state in ENDS) return view.state;
      else await this.#try('POST', `/v1/rotations/${view.id}/activate`, {});
    }
    return 'stopped';
  }

  async #view(/** @type {string} */ slot) {
    for (;;) {
      const answer = await this.#try('GET', '/v1/rotations');
      if (answer !== null)
        return answer.rotations.find((/** @type {any} */ each) =>
          each.slots.some((/** @type {any} */ one) => one.slot === slot),
        );
      if (this.drill.stopped) return undefined;
      await pause(100);
    }
  }

  /** @param {any} view @param {string} step */
  async #approved(view, step) {
    const asked = await this.#try('POST', `/v1/rotations/${view.id}/${step}`, {});
    const id = asked?.rotation.approvals.find(
      (/** @type {any} */ each) => each.step === step && ['open', 'executing'].includes(each.state),
    )?.approval;
    if (id === undefined) return;
    const open = await this.#try('GET', `/v1/approvals/${id}`);
    if (open === null) return;
    for (const officer of this.officers)
      await this.#try('POST', `/v1/approvals/${id}/approve`, officer.approve(open.approval.canonical), officer.id);
    await this.#try('POST', `/v1/approvals/${id}/execute`, {});
  }

  /** Null: no answer, or a refusal such as "approved already"; the state tells what is to be done next. */
  async #try(
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {any} */ body = undefined,
    by = SECURITY,
  ) {
    const { port, state } = this.drill.options;
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${readFileSync(join(state, 'operators', by), 'utf8').trim()}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const said = /** @type {any} */ (await answer.json());
      if (answer.ok) return said;
      this.drill.refusals.set(said.error?.code, (this.drill.refusals.get(said.error?.code) ?? 0) + 1);
      return null;
    } catch {
      return null;
    }
  }
}
