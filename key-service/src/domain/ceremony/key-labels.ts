/** From a key's label in a ceremony to what the token is asked for. Pure. */
import type { KeySlotName } from '@rhc/card/profile';
import type { CeremonyStep } from '@rhc/hsm-config';
import type { EnterPartInput } from '../../hsm/port.ts';
import { rootLabel } from '../hierarchy.ts';
import { type CeremonyBook, refuseStep } from './rules.ts';

/** Parts of one key in one ceremony. */
export const partGroup = (ceremony: string, key: string): string => `${ceremony}/${key}`;

export interface KeyLabel {
  readonly slot: KeySlotName;
  readonly version: number;
  /** Of a key dispersed for a hand-over. */
  readonly province: string | null;
}

/** `RK1.DDF1#1` or `RK1.DDF1#1/13`; null for a protection key. */
export function readLabel(key: string): KeyLabel | null {
  const found = /^([A-Z][A-Z0-9]*(?:[.-][A-Z0-9]+)?)#(\d{1,3})(?:\/(\d{2}))?$/.exec(key);
  if (found === null) return null;
  return { slot: found[1] as KeySlotName, version: Number(found[2]), province: found[3] ?? null };
}

export function usageOf({ hierarchy }: CeremonyBook, slot: string): 'derive' | 'encrypt' {
  return hierarchy.slots.find(({ name }) => name === slot)?.purpose === 'security-code' ? 'encrypt' : 'derive';
}

export function keyTarget(book: CeremonyBook, step: CeremonyStep, key: string): EnterPartInput['target'] {
  if (step.step === 'exchange-kbpk') return { kind: 'protection-key', name: step.name, key: step.kind };
  const label = readLabel(key);
  if (label === null || !book.hierarchy.slots.some(({ name }) => name === label.slot)) {
    throw refuseStep('key', `没有密钥 ${key}`, `there is no key ${key}`);
  }
  return {
    kind: 'root',
    root: rootLabel(label.slot, label.version),
    usage: usageOf(book, label.slot),
    suite: book.script.suite,
  };
}
