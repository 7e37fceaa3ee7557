/** The desk's own affairs: which reader is which, where the keys come from, the SAM's PIN. */
import { endpoint } from '@rhc/service-shell';
import { deskAssignment, deskProfile, keysState, samPinEntry, samState } from '../../contract/index.ts';
import { agentErrors } from '../../errors.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const shared = { access: [DESK], tag: '诊室配置 desk' };

export function deskKeyEndpoints(parts: EndpointParts) {
  const { desk, profile, sam } = parts;
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/desk/profile',
      summary: { zh: '哪个读卡器放卡,哪个放 SAM', en: 'Which reader is the card’s and which the SAM’s' },
      response: deskProfile,
      handle: () => profileOf(parts),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/desk/profile',
      summary: {
        zh: '指定卡槽与 SAM 槽,重新编号后仍能认出',
        en: 'Assign card and SAM slot; found again after renumbering',
      },
      body: deskAssignment,
      response: deskProfile,
      handle({ body }) {
        const readers = desk.readers().map(({ reader }) => reader);
        const strange = [body.card, body.sam].find((each) => each !== null && !readers.includes(each));
        if (strange !== undefined) throw agentErrors.make('DESK_READER_UNKNOWN');
        parts.audit?.record('desk-profile-changed', { card: body.card, sam: body.sam });
        profile.assign(body, readers);
        sam.reopen();
        return profileOf(parts);
      },
    }),
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/desk/keys',
      summary: { zh: '密钥来源与 SAM 状态', en: 'Where keys come from, state of the SAM' },
      response: keysState,
      handle: () => keysOf(parts),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/desk/sam/pin',
      summary: { zh: '输入 SAM PIN;绝不用掉最后一次', en: 'Enter the PIN of the SAM; the last try is never used' },
      body: samPinEntry,
      response: samState,
      handle: ({ body }) => sam.enterPin(body.pin),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/desk/sam/reopen',
      summary: { zh: '重新打开 SAM', en: 'Open the SAM anew' },
      response: samState,
      async handle() {
        sam.reopen();
        await sam.settled();
        return sam.state;
      },
    }),
  ];
}

function profileOf({ desk, profile }: EndpointParts) {
  const slots = desk.slots();
  const readers = slots.map(({ reader }) => reader);
  return { readers: slots, card: profile.cardReader(readers), sam: profile.samReader(readers) };
}

export function keysOf({ chosenKeys, sam, samReport }: Pick<EndpointParts, 'chosenKeys' | 'sam' | 'samReport'>) {
  const order = () => {
    try {
      return chosenKeys.choices().map(({ source }) => source);
    } catch {
      return [];
    }
  };
  const { policy, keyServiceState, lastUse } = chosenKeys;
  return { policy, order: order(), keyService: keyServiceState, lastUse, sam: sam.state, samReport: samReport.state };
}
