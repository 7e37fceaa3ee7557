/** The simulator's own endpoints: which card lies where, how quick the wire is, what goes wrong. For its panel and for scripts. */
import { endpoint } from '@rhc/service-shell';
import { checkFaults } from '@rhc/virtual-card/faults';
import { z } from 'zod';
import { CARD_KINDS, cardKind } from './cards.mjs';
import { LINKS, READERS } from './simulated-port.mjs';

const DESK = 'desk';
const tag = '模拟器 simulator';
const reader = z.enum(/** @type {[string, ...string[]]} */ ([...READERS]));

/** @param {{ port: import('./simulated-port.mjs').SimulatedPort, chipOf: (id: string) => any, renew: (id: string) => Promise<void> }} parts */
export function simulatorRows({ port, chipOf, renew }) {
  const state = () => ({
    readers: port.view(),
    link: port.link,
    links: LINKS,
    factor: port.factor,
    cards: CARD_KINDS.map(({ id, text, expect }) => ({ id, text, expect })),
  });
  const row = (/** @type {any} */ parts) => endpoint({ access: [DESK], tag, ...parts });
  return [
    row({
      method: 'get',
      path: '/v1/simulator',
      summary: { zh: '模拟器状态', en: 'State of the simulator' },
      handle: state,
    }),
    row({
      method: 'post',
      path: '/v1/simulator/insert',
      summary: { zh: '放入一张卡', en: 'Put a card in' },
      body: z.strictObject({
        reader,
        card: z.enum(/** @type {[string, ...string[]]} */ (CARD_KINDS.map(({ id }) => id))),
        fresh: z.boolean().optional(),
      }),
      async handle({ body }) {
        if (body.fresh === true) await renew(body.card);
        port.insert(body.reader, cardKind(body.card), chipOf(body.card));
        return state();
      },
    }),
    row({
      method: 'post',
      path: '/v1/simulator/remove',
      summary: { zh: '取出卡片', en: 'Take the card out' },
      body: z.strictObject({ reader }),
      handle({ body }) {
        port.remove(body.reader);
        return state();
      },
    }),
    row({
      method: 'post',
      path: '/v1/simulator/wire',
      summary: { zh: '线路速度', en: 'Speed of the wire' },
      body: z.strictObject({
        link: z.enum(/** @type {[string, ...string[]]} */ ([...LINKS])),
        factor: z.number().min(0).max(20),
      }),
      handle({ body }) {
        port.link = body.link;
        port.factor = body.factor;
        return state();
      },
    }),
    row({
      method: 'post',
      path: '/v1/simulator/faults',
      summary: { zh: '故障计划（从现在起计数）', en: 'Plan of faults, counted from now' },
      body: z.strictObject({
        reader,
        faults: z
          .array(z.looseObject({ kind: z.string() }))
          .max(20)
          .superRefine((faults, check) => {
            try {
              checkFaults(/** @type {any} */ (faults));
            } catch (error) {
              check.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'no plan' });
            }
          }),
      }),
      handle({ body }) {
        port.arm(body.reader, body.faults);
        return state();
      },
    }),
  ];
}
