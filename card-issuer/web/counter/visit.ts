/**
 * One resident at the counter, from look-up to hand-over. Kept in the memory of this tab alone, so that a look at another
 * page loses nothing that was typed, while no personal data reaches the browser's storage; another person who signs in
 * does not find it.
 */
import { useEffect, useState } from 'react';
import type { CardResponse } from '../../src/contract/index.ts';
import type { Draft } from './draft.ts';

export const STEPS = [
  { step: 'look-up', zh: '查找', en: 'Look up' },
  { step: 'form', zh: '登记', en: 'Enrol' },
  { step: 'photo', zh: '照片', en: 'Photo' },
  { step: 'review', zh: '复核', en: 'Review' },
  { step: 'make', zh: '制卡', en: 'Make' },
  { step: 'print', zh: '打印', en: 'Print' },
  { step: 'hand-over', zh: '交付', en: 'Hand over' },
] as const;
export type Step = (typeof STEPS)[number]['step'];

export interface Visit {
  readonly step: Step;
  readonly draft: Draft | null;
  /** The stored record, and what was stored, so that nothing is stored twice; null before enrolment. */
  readonly record: { readonly id: string; readonly version: number; readonly content: string } | null;
  readonly card: CardResponse | null;
}

export const NOBODY: Visit = { step: 'look-up', draft: null, record: null, card: null };

let kept: { readonly owner: string; readonly visit: Visit } | null = null;

/** On signing out. */
export function forgetVisit(): void {
  kept = null;
}

export function useVisit(owner: string): readonly [Visit, (change: Partial<Visit>) => void] {
  const [visit, setVisit] = useState<Visit>(() => (kept?.owner === owner ? kept.visit : NOBODY));
  useEffect(() => {
    kept = { owner, visit };
  }, [owner, visit]);
  // What was typed and is not stored yet: the browser asks before the tab is closed.
  const unsaved = visit.draft !== null && visit.record === null;
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [unsaved]);
  return [visit, (change) => setVisit((old) => ({ ...old, ...change }))];
}
