/**
 * A ceremony at one terminal in an offline room: says whom it waits for, takes their act, and so on to the end. Instead
 * of an answer anybody may type `!例外` (`!exception`) or `!中断` (`!interrupt`). Knows no ceremony: the hall decides.
 */
import { isRhcError } from '@rhc/card/errors';
import { CEREMONY_ROLES, type CeremonyStep } from '@rhc/hsm-config';
import { failureText } from '@rhc/service-shell';
import type { CeremonyHall } from '../domain/ceremony/hall.ts';
import type { OpenedCeremony } from '../domain/ceremony/ledger.ts';
import { REHEARSAL_MARK } from '../domain/ceremony/minutes.ts';
import { type Actor, holders, keysToConfirm, type WaitingFor, waitingFor } from '../domain/ceremony/rules.ts';
import { currentStep } from '../domain/ceremony/state.ts';
import { spoken } from '../domain/ceremony/words.ts';
import type { Desk } from './desk.ts';

const RULE = '─'.repeat(78);
const YES = /^(y|yes|是|对|确认)$/i;
const NO = /^(n|no|否|不)$/i;

const actor = (person: string): Actor => ({ person, principal: 'terminal', mayTake: null });
const aloud = (ceremony: OpenedCeremony, hex: string): string => {
  const { zh, en } = spoken(ceremony.config.words, hex);
  return `${zh.join(' ')} · ${en.join(' ')}`;
};

class Interrupted extends Error {}

export interface ConductOptions {
  readonly hall: CeremonyHall;
  readonly desk: Desk;
  /** Reads a file of key blocks that somebody names. */
  readonly readBlocks: (path: string) => Record<string, string>;
}

/** To the end, or to an interruption. */
export async function conduct(id: string, options: ConductOptions): Promise<OpenedCeremony> {
  const { hall, desk } = options;
  let now = await hall.recover(id);
  if (now.state.phase === 'interrupted') {
    now = await hall.resume(id, await desk.ask('resume', '为何恢复?Why is it resumed?'), actor('terminal'));
  }
  let shown: string | null = null;
  while (now.state.phase === 'open') {
    const step = currentStep(now.book.script, now.state);
    const [next] = waitingFor(now.book, now.state);
    if (step === null || next === undefined) {
      now = await hall.recover(id);
      continue;
    }
    if (step.id !== shown) showStep(desk, now, step);
    shown = step.id;
    try {
      now = await turn(now, step, next, options);
    } catch (error) {
      if (error instanceof Interrupted) return hall.load(id);
      if (!isRhcError(error) || error.code === 'CEREMONY_ANSWER_MISSING') throw error;
      desk.say(failureText(error));
      // An answer that is refused is given again; a file of answers would give the same one for ever.
      await desk.ask('again', '按回车重试 Enter to try again');
      now = await hall.load(id);
    }
  }
  return now;
}

function showStep(desk: Desk, now: OpenedCeremony, step: CeremonyStep): void {
  const { steps } = now.book.script;
  const at = steps.findIndex(({ id }) => id === step.id) + 1;
  desk.say(RULE);
  if (now.record.mode === 'rehearsal') desk.say(`*** ${REHEARSAL_MARK.zh} · ${REHEARSAL_MARK.en} ***`);
  desk.say(`第 ${at} 步,共 ${steps.length} 步 · step ${at} of ${steps.length}`);
  desk.say(`\n    ${step.text.zh}\n    ${step.text.en}\n`);
}

async function turn(
  now: OpenedCeremony,
  step: CeremonyStep,
  next: WaitingFor,
  options: ConductOptions,
): Promise<OpenedCeremony> {
  const { hall } = options;
  const { id } = now.record;
  const { role } = next;
  const name = CEREMONY_ROLES[role];
  const ask = (prompt: string, text: string) => asked(now, prompt, text, next.person ?? 'terminal', options);
  if (next.what === 'take-role') {
    const place = holders(now.state, role).length + 1;
    return hall.takeRole(id, role, actor(await ask(`role/${role}/${place}`, `${name.zh}姓名 name of the ${name.en}:`)));
  }
  const person = next.person ?? '';
  if (next.what === 'enter-part') return enterPart(now, step, next, options);
  if (step.step === 'confirm-kcv') return confirm(now, step, next, options);
  const blocks =
    step.step === 'import-key-blocks'
      ? options.readBlocks(await ask(`blocks/${step.id}`, '密钥块文件(JSON)file of key blocks:'))
      : undefined;
  if (step.step === 'sign') options.desk.say(`脚本散列 script: ${aloud(now, now.state.scriptHash.slice(0, 16))} …`);
  const said = await ask(`act/${step.id}/${role}`, `${name.zh} ${person}:执行?carry out? (y)`);
  return YES.test(said) ? hall.act(id, { step: step.id, accept: true, blocks }, actor(person)) : now;
}

async function enterPart(
  now: OpenedCeremony,
  step: CeremonyStep,
  { person, keys }: WaitingFor,
  options: ConductOptions,
): Promise<OpenedCeremony> {
  const { hall, desk } = options;
  const key = keys[0] as string;
  const who = person ?? '';
  const place = holders(now.state, 'custodian').findIndex((each) => each.person === who) + 1;
  const bytes = step.step === 'exchange-kbpk' ? step.lengthBytes : 16;
  desk.say(`保管人 custodian ${who} · ${key}(其他人请回避 others look away)`);
  const ask = (prompt: string, text: string) => asked(now, prompt, text, who, options);
  const number = await ask(`index/${key}/${place}`, `份额序号 number of the share [${place}]:`);
  const checkValue = await ask(
    `check/${key}/${place}`,
    '信封上的校验值(可留空)check value on the envelope (may be empty):',
  );
  const part = await desk.askHidden(
    `part/${key}/${place}`,
    `分量(${bytes * 2} 个十六进制字符,不显示)part, not shown:`,
    bytes,
  );
  const entered = await hall.enterPart(
    now.record.id,
    {
      ...{ step: step.id, key, part },
      index: number === '' ? place : Number(number),
      checkValue: checkValue === '' ? undefined : checkValue.toUpperCase(),
    },
    actor(who),
  );
  desk.say(`✓ ${key} #${entered.index} 校验值 check value ${entered.kcv} · ${aloud(now, entered.kcv)}`);
  return hall.load(now.record.id);
}

/** Every value aloud, as value and as words; one who does not agree names the keys and the reason. */
async function confirm(
  now: OpenedCeremony,
  step: Extract<CeremonyStep, { step: 'confirm-kcv' }>,
  { role, person }: WaitingFor,
  options: ConductOptions,
): Promise<OpenedCeremony> {
  const { hall, desk } = options;
  const who = person ?? '';
  for (const { key, kcv } of keysToConfirm(now.book, now.state, step)) {
    desk.say(`  ${key.padEnd(16)} ${kcv}   ${aloud(now, kcv)}`);
  }
  const ask = (prompt: string, text: string) => asked(now, prompt, text, who, options);
  const said = await ask(
    `confirm/${step.id}/${role}`,
    `${CEREMONY_ROLES[role].zh} ${who}:全部一致?all agree? (y = 一致, n = 驳回 reject)`,
  );
  if (YES.test(said)) return hall.act(now.record.id, { step: step.id, accept: true }, actor(who));
  if (!NO.test(said)) return now;
  const keys = (await ask(`reject-keys/${step.id}`, '驳回哪些(空格分隔)which keys:'))
    .split(/\s+/)
    .filter((key) => key !== '');
  const reason = await ask(`reject-reason/${step.id}`, '理由 reason:');
  return hall.act(now.record.id, { step: step.id, accept: false, keys, reason }, actor(who));
}

/** An answer, unless it is a command to the room. */
async function asked(
  now: OpenedCeremony,
  name: string,
  text: string,
  person: string,
  { hall, desk }: ConductOptions,
): Promise<string> {
  const { id } = now.record;
  for (;;) {
    const answer = await desk.ask(name, text);
    if (answer === '!例外' || answer === '!exception') {
      const what = await desk.ask('exception/what', '何事 what:');
      const why = await desk.ask('exception/why', '原因 why:');
      const decision = await desk.ask('exception/decision', '处理决定 decision:');
      await hall.exception(id, { what, why, decision }, actor(person));
      desk.say('✓ 例外已登记 the exception is on record');
    } else if (answer === '!中断' || answer === '!interrupt') {
      await hall.interrupt(id, await desk.ask('interrupt/reason', '中断原因 reason:'), actor(person));
      desk.say('✓ 已中断,可改日继续 interrupted; to be resumed another day');
      throw new Interrupted();
    } else return answer;
  }
}
