/**
 * A desk's work under the wire model (CARD.md): the simulator's port takes as long as a real reader and chip would, the rest is
 * ours. `baseline` is the model's time for the very exchanges that were sent; the clinical write stands beside the deployed one.
 */
import { randomBytes } from 'node:crypto';
import { applyPatch } from '@rhc/card/patch';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { CardSession } from '@rhc/card/session';
import { writeVisit } from '@rhc/card/visits';
import { pilotTerminalKeys } from '../../scripts/card/pilot-card.mjs';
import { cardKind, makeCard } from '../../scripts/simulator/cards.mjs';
import { CountingWire } from './counting-wire.mjs';

const LINK = 'contactless-106';
/** CARD.md: a clinical write as deployed today. */
const DEPLOYED_WRITE_MS = 4091;
/** The virtual card computes too, in this process: that part of "ours" is the chip's in the field. */
const ROUNDS = 15;
const random = (length) => new Uint8Array(randomBytes(length));

const VISIT = {
  kind: /** @type {const} */ ('outpatient'),
  institutionName: '石家庄市第一医院',
  visitTime: '2026-11-25T08:30:00',
  diagnoses: [{ name: '上呼吸道感染', code: 'J06.9' }],
};
/** @type {readonly (readonly [string, (session: any) => Promise<unknown>])[]} */
const WORK = [
  ['identity', (session) => session.readIdentity()],
  ['summary with photo', (session) => session.readSummary({ photo: true })],
  ['patch of one clinical element', (session) => applyPatch(session, { asthma: false })],
  ['visit', (session) => writeVisit(session, VISIT, { signer: null })],
];

/** @param {{ root: string }} options repository */
export async function run({ root }) {
  const content = (await makeCard(root, cardKind('healthy'))).read();
  const rows = [];
  for (const [name, work] of WORK) {
    const samples = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const wire = new CountingWire(content, LINK);
      const started = performance.now();
      const session = await CardSession.open({
        transport: wire,
        keys: pilotTerminalKeys(random),
        profile: nationalProfile,
        product: rhcBlank1,
        atr: wire.atr,
        random,
      });
      await session.checkGenuine();
      await work(session);
      samples.push({ ours: performance.now() - started, model: wire.modelMs, apdus: wire.apdus });
    }
    const { ours, model, apdus } = samples.sort((a, b) => a.ours - b.ours)[(ROUNDS - 1) / 2] ?? {
      ours: 0,
      model: 0,
      apdus: 0,
    };
    rows.push({
      name: `${name}, ${apdus} APDU, ${LINK}`,
      value: ours + model,
      unit: 'ms',
      baseline: model,
      ratio: (ours + model) / model,
      ...(name === 'identity' ? { target: { text: '≤ × 1.15', met: (ours + model) / model <= 1.15 } } : {}),
    });
    if (name.startsWith('patch')) {
      rows.push({
        name: `${name} against the deployed write`,
        value: ours + model,
        unit: 'ms',
        baseline: DEPLOYED_WRITE_MS,
        ratio: (ours + model) / DEPLOYED_WRITE_MS,
        target: { text: '≤ × 0.2', met: ours + model <= DEPLOYED_WRITE_MS / 5 },
      });
    }
  }
  return rows;
}

if (process.argv[1]?.endsWith('desk.bench.mjs')) console.table(await run({ root: process.cwd() }));
