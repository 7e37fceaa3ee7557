/**
 * How every failure of FIELD.md's PC/SC part is provoked on a real pcscd, and what a person is then told. Longer than 300 lines
 * because it is one list: whoever asks whether a failure has its row must not look in two places.
 */
import { expect } from '@jest/globals';
import type { ErrorBody } from '@rhc/card/errors';
import type { agentErrors } from '../../src/errors.ts';
import { ANSWERED_WITH_ONE_BYTE, type Bench, CHALLENGE, NEVER_ANSWERED, refusal } from './bench-on-pcscd.ts';
import { ATR_A, ATR_FOREIGN, until } from './stack.ts';

/** T=14 only: no protocol that a reader and we could agree on. */
const ATR_T14 = '3B800E8E';
/** Longer than an ATR may be: the card cannot be powered. */
const ATR_TOO_LONG = `3B${'FF'.repeat(40)}`;

/** The list of FIELD.md, in its own words; `clinic` and `elsewhere` are its other parts that speak of readers and cards. */
export const FIELD = {
  'exclusive-by-default': '`pcsclite` 1.0.1 (… exclusive share mode by default',
  'hangs-on-close': 'hangs on close',
  'monitor-stops': 'monitor stops after a service restart)',
  'supervised-child': 'the binding in a **supervised child process**, heartbeat',
  ladder: 'failure ladder reconnect → new context → new process → ask to replug',
  'no-service': 'Codes to survive: NO_SERVICE',
  'service-stopped': 'SERVICE_STOPPED',
  'invalid-handle': 'INVALID_HANDLE',
  'reset-card': 'W_RESET_CARD',
  'removed-card': 'W_REMOVED_CARD',
  'sharing-violation': 'SHARING_VIOLATION',
  unresponsive: 'UNRESPONSIVE',
  'windows-idle': 'Windows resets a card whose transaction idles 5 s',
  'windows-last-reader': 'and stops the service with the last reader',
  'never-the-atr-alone': 'Compare the event counter and the card serial, never the ATR alone',
  renumbering: 'Desk profile: which reader is the card slot, which the SAM slot; survives renumbering',
  several: 'several desks and readers at once',
  elsewhere: 'Reader unplugged, service restarted, card swapped: the agent heals itself',
} as const;
export type FieldItem = keyof typeof FIELD;

export interface Failure {
  readonly items: readonly FieldItem[];
  readonly what: string;
  readonly code: keyof typeof agentErrors.table & string;
  /** Words of the sentence (Chinese, English) and of the next step. */
  readonly says: readonly [zh: string, en: string, nextStep: string];
  /** @param bench a health card lies in the first reader, the second is empty */
  readonly provoke: (bench: Bench) => Promise<ErrorBody>;
  /** Puts right what was done, as a person would. */
  readonly mend?: (bench: Bench) => Promise<void>;
}

const restart = async (bench: Bench) => {
  await bench.stack.command('restart');
  await until(
    'the readers',
    () => bench.desk.desk.readers().length === 2 && bench.desk.port.health().state === 'running',
  );
  await until('no card', () => bench.desk.desk.readers().every(({ card }) => card === null));
  await bench.insert();
};
const otherCard = (atr: string) => async (bench: Bench) => {
  await bench.remove();
  await bench.insert(atr);
};
const ownCard = async (bench: Bench) => {
  await bench.remove();
  await bench.insert();
};
const trouble = async (bench: Bench, mark: number) => (await bench.desk.next('trouble', mark)).error;

export const FAILURES: readonly Failure[] = [
  {
    items: ['no-service'],
    what: 'the service is down when the agent starts',
    code: 'PCSC_SERVICE_DOWN',
    says: ['没有运行', 'is not running', 'pcscd'],
    provoke: async (bench) => {
      await bench.stack.command('kill-pcscd');
      const late = bench.late();
      await late.next('trouble');
      return refusal(() => late.desk.chooseHealthCard());
    },
    mend: restart,
  },
  {
    items: ['no-service'],
    what: 'the account may not open the service’s socket',
    code: 'PCSC_FORBIDDEN',
    says: ['没有使用智能卡服务', 'may not use', 'polkit'],
    provoke: async (bench) => {
      await bench.stack.command('forbid');
      const forbidden = bench.forbidden();
      await forbidden.next('trouble');
      const refused = await refusal(() => forbidden.desk.chooseHealthCard());
      await bench.stack.command('allow');
      await forbidden.next('recovered');
      return refused;
    },
  },
  {
    items: ['service-stopped', 'elsewhere'],
    what: 'the service is killed in the middle of an APDU',
    code: 'PCSC_SERVICE_DOWN',
    says: ['没有运行', 'is not running', '自动恢复'],
    provoke: async (bench) => {
      const handle = await bench.connect();
      const asked = refusal(bench.desk.port.transmit(handle, NEVER_ANSWERED));
      await bench.stack.command('kill-pcscd');
      return asked;
    },
    mend: restart,
  },
  {
    items: ['monitor-stops', 'service-stopped'],
    what: 'the service restarts while nobody reads: told once, and the next card is seen',
    code: 'PCSC_SERVICE_DOWN',
    says: ['没有运行', 'is not running', '无需重启'],
    provoke: async (bench) => {
      const { mark } = bench;
      await restart(bench);
      return trouble(bench, mark);
    },
  },
  {
    items: ['invalid-handle', 'elsewhere'],
    what: 'the service restarted between two APDUs: the old handle means nothing any more',
    code: 'CARD_CHANGED',
    says: ['不是原来那一张', 'not the one asked for', '重新读卡'],
    provoke: async (bench) => {
      const handle = await bench.connect();
      await restart(bench);
      return refusal(bench.desk.port.transmit(handle, CHALLENGE));
    },
  },
  {
    items: ['windows-last-reader', 'elsewhere'],
    what: 'the only readers are unplugged and the service ends with them; it comes back without any',
    code: 'READER_NONE',
    says: ['没有找到读卡器', 'No card reader', 'USB'],
    provoke: async (bench) => {
      const { mark } = bench;
      await bench.stack.command('restart-without-readers');
      await until('both are gone', () => bench.desk.desk.readers().length === 0);
      expect(bench.desk.events.slice(mark).map(({ kind }) => kind)).toContain('card-removed');
      return refusal(() => bench.desk.desk.chooseHealthCard());
    },
    mend: restart,
  },
  {
    items: ['elsewhere'],
    what: 'the reader that a page names is not there',
    code: 'READER_UNKNOWN',
    says: ['不存在', 'is not there', '重新选择'],
    provoke: (bench) => refusal(() => bench.desk.desk.chooseHealthCard('Virtual PCD 00 07')),
  },
  {
    items: ['hangs-on-close', 'supervised-child'],
    what: 'closing a card hangs (the service stands still)',
    code: 'PCSC_PROCESS_LOST',
    says: ['已自动重新启动', 'was started again', '留在读卡器上'],
    provoke: async (bench) => {
      const handle = await bench.connect();
      const { mark } = bench;
      await bench.stack.command('freeze-pcscd');
      await bench.desk.port.disconnect(handle, 'reset');
      return trouble(bench, mark);
    },
    mend: async (bench) => {
      await bench.stack.command('thaw-pcscd');
      const { mark } = bench;
      await bench.desk.next('recovered', mark);
      await bench.desk.next('card-inserted', mark);
    },
  },
  {
    items: ['supervised-child'],
    what: 'the card never answers an APDU',
    code: 'PCSC_PROCESS_LOST',
    says: ['意外结束', 'ended unexpectedly', '再操作一次'],
    provoke: async (bench) => refusal(bench.desk.port.transmit(await bench.connect(), NEVER_ANSWERED)),
    mend: ownCard,
  },
  {
    items: ['supervised-child'],
    what: 'the reader process stands still: the heartbeat notices',
    code: 'PCSC_PROCESS_LOST',
    says: ['意外结束', 'ended unexpectedly', '再操作一次'],
    provoke: async (bench) => {
      const { mark } = bench;
      process.kill(bench.desk.port.health().childPid ?? 0, 'SIGSTOP');
      return trouble(bench, mark);
    },
  },
  {
    items: ['reset-card'],
    what: 'another program resets the card',
    code: 'CARD_RESET_BY_OTHER',
    says: ['另一个程序重置', 'reset the card', '关闭其他读卡程序'],
    provoke: async (bench) => {
      const other = await bench.other();
      const ours = await bench.connect('shared');
      await other.next('card-inserted');
      const theirs = await other.port.connect(bench.reader, { share: 'shared' });
      await other.port.disconnect(theirs, 'reset');
      return refusal(bench.desk.port.transmit(ours, CHALLENGE));
    },
  },
  {
    items: ['sharing-violation', 'exclusive-by-default'],
    what: 'another program holds the card exclusively',
    code: 'READER_IN_USE_ELSEWHERE',
    says: ['另一个程序正在使用', 'Another program is using', '社保'],
    provoke: async (bench) => {
      const other = await bench.other();
      await other.next('card-inserted');
      const theirs = await other.port.connect(bench.reader, { share: 'exclusive' });
      const told = await refusal(bench.openSession());
      await other.port.disconnect(theirs, 'leave');
      return told;
    },
  },
  {
    items: ['removed-card'],
    what: 'the card is pulled in the middle of an APDU',
    code: 'CARD_REMOVED',
    says: ['卡被取走', 'was taken out', '同一张卡'],
    provoke: async (bench) => {
      const asked = refusal(bench.desk.port.transmit(await bench.connect(), NEVER_ANSWERED));
      await bench.stack.command('remove', { slot: 0 });
      return asked;
    },
    mend: (bench) => bench.insert(),
  },
  {
    items: ['removed-card'],
    what: 'the card is pulled between two APDUs',
    code: 'CARD_REMOVED',
    says: ['卡被取走', 'was taken out', '同一张卡'],
    provoke: async (bench) => {
      const handle = await bench.connect();
      await bench.remove();
      return refusal(bench.desk.port.transmit(handle, CHALLENGE));
    },
    mend: (bench) => bench.insert(),
  },
  {
    items: ['never-the-atr-alone', 'elsewhere'],
    what: 'another card with the same ATR lies there between two readings of one form',
    code: 'CARD_CHANGED',
    says: ['不是原来那一张', 'inserted anew', '核对持卡人'],
    provoke: async (bench) => {
      const first = bench.desk.desk.chooseHealthCard();
      await ownCard(bench);
      expect(bench.desk.desk.chooseHealthCard().atr).toEqual(first.atr);
      return refusal(bench.desk.desk.withCard(first, 'form', (channel) => channel.transmit(CHALLENGE)));
    },
  },
  {
    items: ['unresponsive', 'ladder'],
    what: 'the card cannot be powered: every rung is climbed',
    code: 'CARD_MUTE',
    says: ['没有应答', 'does not answer', '触点'],
    provoke: async (bench) => {
      await otherCard(ATR_TOO_LONG)(bench);
      const told = await refusal(bench.connect());
      expect(await refusal(() => bench.desk.desk.chooseHealthCard())).toEqual(told);
      return told;
    },
    mend: ownCard,
  },
  {
    items: ['unresponsive'],
    what: 'the card answers an APDU with half a status word',
    code: 'CARD_MUTE',
    says: ['没有应答', 'does not answer', '换卡'],
    provoke: async (bench) => refusal(bench.desk.port.transmit(await bench.connect(), ANSWERED_WITH_ONE_BYTE)),
    mend: ownCard,
  },
  {
    items: ['elsewhere'],
    what: 'no protocol can be agreed on',
    code: 'CARD_FOREIGN',
    says: ['不是居民健康卡', 'not a resident health card', '银行卡'],
    provoke: async (bench) => {
      await otherCard(ATR_T14)(bench);
      return refusal(bench.connect());
    },
    mend: ownCard,
  },
  {
    items: ['elsewhere'],
    what: 'a card of another scheme',
    code: 'CARD_FOREIGN',
    says: ['不是居民健康卡', 'not a resident health card', '身份证'],
    provoke: async (bench) => {
      await otherCard(ATR_FOREIGN)(bench);
      return refusal(bench.openSession());
    },
    mend: ownCard,
  },
  {
    items: ['elsewhere'],
    what: 'a card of our make without the application',
    code: 'CARD_NOT_PERSONALIZED',
    says: ['没有完成个人化', 'not been personalized', '发卡窗口'],
    provoke: (bench) => refusal(bench.openSession()),
  },
  {
    items: ['elsewhere'],
    what: 'no card lies there',
    code: 'CARD_ABSENT',
    says: ['没有卡', 'no card', '放入居民健康卡'],
    provoke: async (bench) => {
      await bench.remove();
      return refusal(() => bench.desk.desk.chooseHealthCard());
    },
    mend: (bench) => bench.insert(),
  },
  {
    items: ['several'],
    what: 'cards lie in two readers and none was named',
    code: 'READER_CHOICE_NEEDED',
    says: ['多个读卡器', 'more than one reader', '只留下'],
    provoke: async (bench) => {
      await bench.insert(ATR_A, 1);
      return refusal(() => bench.desk.desk.chooseHealthCard());
    },
    mend: (bench) => bench.remove(1),
  },
  {
    items: ['several'],
    what: 'two works of this desk want the same card',
    code: 'READER_BUSY',
    says: ['正在处理另一项', 'busy', '等它完成'],
    provoke: async (bench) => {
      const { desk } = bench.desk;
      const card = desk.chooseHealthCard();
      await desk.hold(card.reader, card.insertion, 'one');
      const told = await refusal(desk.hold(card.reader, card.insertion, 'two'));
      await desk.release(card.reader, 'one');
      return told;
    },
  },
];
