/**
 * What the clerk must know of keys and hotlist before the next card: a SAM that waits for its PIN, no network, how old the
 * list is and when the desk stops. Nothing is shown while all is well.
 */
import { Both, call, useLoad } from '@rhc/console-shell';
import { Alert, Button } from 'antd';
import { useEffect, useState } from 'react';
import type { HotlistState, KeysState, SamState } from '../../src/contract/index.ts';
import { asksForPin, mayTryPin } from './keys-words.ts';
import { SamPinDialog } from './sam-pin.tsx';

const REFRESH_MS = 5_000;
/** Of the time until the hard stop; from here on the age is told also with network. */
const OLD_FROM = 0.75;

interface Band {
  readonly type: 'info' | 'warning' | 'error';
  readonly zh: string;
  readonly en: string;
  readonly nextZh: string;
  readonly nextEn: string;
}

const hours = (value: number): string => String(Math.round(value * 10) / 10);

function ageWords({ ageHours, stopHours }: HotlistState): readonly [zh: string, en: string] {
  if (ageHours === null) return ['本机没有挂失名单', 'this desk has no hotlist'];
  const age = [`挂失名单已有 ${hours(ageHours)} 小时`, `the hotlist is ${hours(ageHours)} h old`] as const;
  if (stopHours === 0) return age;
  const left = hours(Math.max(0, stopHours - ageHours));
  return [`${age[0]}，${left} 小时后停止服务`, `${age[1]}; the desk stops in ${left} h`];
}

/** Of the network and of the list; null: all is well. */
export function networkBand(keys: KeysState, hotlist: HotlistState | null): Band | null {
  if (hotlist?.tooOld === true)
    return {
      type: 'error',
      zh: `挂失名单已有 ${hours(hotlist.ageHours ?? 0)} 小时，超过 ${hotlist.stopHours} 小时的限度：已停止服务，不读任何卡。`,
      en: `The hotlist is ${hours(hotlist.ageHours ?? 0)} h old, limit ${hotlist.stopHours} h: no card is served.`,
      nextZh: '请恢复网络，或从移动介质导入新名单。',
      nextEn: 'Restore the network, or import a newer list from a medium.',
    };
  const [ageZh, ageEn] = hotlist === null ? ['未设置挂失名单', 'no hotlist is set up'] : ageWords(hotlist);
  if (keys.keyService === 'silent')
    return {
      type: 'warning',
      zh: `离线：密钥服务没有应答。${keys.sam.state === 'ready' ? '由 SAM 读卡，不查真伪。' : '没有可用的 SAM，不能读卡。'}${ageZh}。`,
      en: `Offline: key-service is silent. ${keys.sam.state === 'ready' ? 'The SAM serves, genuineness unchecked' : 'No SAM can serve'}; ${ageEn}.`,
      nextZh: '请检查网络；恢复后自动改回联机。',
      nextEn: 'Check the network; the desk goes online by itself.',
    };
  const old = hotlist !== null && hotlist.stopHours > 0 && (hotlist.ageHours ?? 0) > hotlist.stopHours * OLD_FROM;
  if (!old) return null;
  return {
    type: 'warning',
    zh: `${ageZh}。`,
    en: `${ageEn}.`,
    nextZh: '请检查到发卡系统的网络，或从移动介质导入新名单。',
    nextEn: 'Check the network to card-issuer, or import a newer list.',
  };
}

/** Of a SAM that cannot serve; null: it can, or none is wanted here. */
export function samBand({ policy, sam, samReport }: KeysState): Band | null {
  if (policy === 'key-service-only') return null;
  if (samReport.state === 'refused')
    return {
      type: 'error',
      zh: '这张 SAM 已被作废，不再使用。',
      en: 'This SAM was revoked and is not used.',
      nextZh: '请取出并交回省级密钥中心。',
      nextEn: 'Take it out and return it to the province’s key centre.',
    };
  if (asksForPin(sam) && mayTryPin(sam))
    return {
      type: 'warning',
      zh: `SAM ${sam.state === 'pin-wrong' ? '的 PIN 不正确' : '等待输入 PIN'}，还可尝试 ${sam.pinTriesLeft ?? '—'} 次。`,
      en: `${sam.state === 'pin-wrong' ? 'The PIN of the SAM is wrong' : 'The SAM waits for its PIN'}; ${sam.pinTriesLeft ?? '—'} tries left.`,
      nextZh: '请持有密码信封的人输入。',
      nextEn: 'Whoever holds the PIN mailer enters it.',
    };
  if (asksForPin(sam))
    return {
      type: 'error',
      zh: 'SAM 的 PIN 只剩最后一次，本程序不会用掉它。',
      en: 'The SAM has one PIN try left; it is not used here.',
      nextZh: '请联系省级密钥中心核对或重置 PIN。',
      nextEn: 'Ask the province’s key centre to confirm or reset the PIN.',
    };
  if (sam.error !== null) {
    const { message, nextStep } = sam.error;
    return { type: 'error', zh: message.zh, en: message.en, nextZh: nextStep.zh, nextEn: nextStep.en };
  }
  return policy === 'sam-only' && sam.state === 'absent'
    ? {
        type: 'error',
        zh: '没有找到 SAM，不能读卡。',
        en: 'No SAM was found; no card can be read.',
        nextZh: '请插好 SAM；在“读卡器”页可指定它的读卡器。',
        nextEn: 'Put the SAM in; its reader is assigned on the page “Readers”.',
      }
    : null;
}

function Words({ band, id, children }: { band: Band; id: string; children?: React.ReactNode }) {
  return (
    <Alert
      id={id}
      data-kind={band.type}
      type={band.type}
      banner
      title={
        <>
          <Both zh={band.zh} en={band.en} />{' '}
          <strong>
            <Both zh={`→ ${band.nextZh}`} en={band.nextEn} />
          </strong>
        </>
      }
      action={children}
    />
  );
}

/** @param round grows with every change of keys that the agent tells */
export function KeysBand({ round, hotlist }: { round: number; hotlist: HotlistState | null }) {
  const keys = useLoad('keys', (signal) => call<KeysState>('GET', '/v1/desk/keys', { signal }), REFRESH_MS);
  const { value: state, reload } = keys;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round is a wish to ask again
  useEffect(reload, [round, reload]);
  const [entering, setEntering] = useState(false);
  if (state === null) return null;
  const { sam }: { sam: SamState } = state;
  const ofSam = samBand(state);
  const ofNetwork = networkBand(state, hotlist);
  return (
    <>
      {ofNetwork !== null && <Words id="network-band" band={ofNetwork} />}
      {ofSam !== null && (
        <Words id="sam-band" band={ofSam}>
          {asksForPin(sam) && mayTryPin(sam) && (
            <Button id="sam-pin-open" type="primary" onClick={() => setEntering(true)}>
              <Both zh="输入 SAM PIN" en="Enter PIN" />
            </Button>
          )}
        </Words>
      )}
      <SamPinDialog sam={sam} open={entering} onClose={() => setEntering(false)} onDone={reload} />
    </>
  );
}
