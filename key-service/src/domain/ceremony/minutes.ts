/**
 * Minutes (仪式记录) and hand-over record (交接备忘录) as data: everything is taken from script, events and log; there is no
 * field that a person fills in afterwards. The bytes of `minutesText` are hashed into the log. Pure.
 */
import { CEREMONY_ROLES, type WordList } from '@rhc/hsm-config';
import { canonicalJson } from '../../audit/leaf.ts';
import type { CeremonyEvent } from './events.ts';
import type { OpenedCeremony } from './ledger.ts';
import { keysOfStep } from './rules.ts';
import { keyOf, stepOf } from './state.ts';
import { type SpokenWords, spoken } from './words.ts';

export const MINUTES_FORMAT = 'rhc-ceremony-minutes/1';
export const REHEARSAL_MARK = { zh: '排演——不是正式密钥', en: 'REHEARSAL: no real keys' } as const;

interface Bilingual {
  readonly zh: string;
  readonly en: string;
}
export interface MinutesKey {
  readonly key: string;
  readonly step: string;
  readonly how: string;
  readonly kcv: string;
  readonly kcvMethod: 'ENC0' | 'CMAC0';
  readonly words: SpokenWords;
  readonly confirmed: boolean;
  readonly active: boolean;
  readonly parts: readonly { readonly index: number; readonly person: string }[];
  readonly block: string | null;
}
export interface MinutesEvent {
  readonly sequence: number;
  readonly at: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly log: { readonly id: string; readonly index: number | null };
}

export interface Minutes {
  readonly format: typeof MINUTES_FORMAT;
  readonly ceremony: string;
  readonly mode: 'rehearsal' | 'real';
  readonly mark: Bilingual | null;
  readonly state: string;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly madeAt: string;
  readonly script: Bilingual & {
    readonly id: string;
    readonly version: number;
    readonly sha256: string;
    readonly words: SpokenWords;
  };
  readonly token: { readonly label: string; readonly serial: string; readonly model: string } | null;
  readonly people: readonly (Bilingual & {
    readonly role: string;
    readonly person: string;
    readonly principal: string;
    readonly at: string;
  })[];
  readonly steps: readonly (Bilingual & {
    readonly id: string;
    readonly kind: string;
    readonly doneAt: string | null;
    readonly acts: readonly { readonly role: string; readonly person: string; readonly at: string }[];
  })[];
  readonly keys: readonly MinutesKey[];
  readonly exceptions: readonly Readonly<Record<'person' | 'what' | 'why' | 'decision' | 'at', string>>[];
  readonly interruptions: readonly {
    readonly person: string;
    readonly reason: string;
    readonly at: string;
    readonly resumedAt: string | null;
  }[];
  readonly events: readonly MinutesEvent[];
  /** Signed tree of the audit log, taken when these minutes were made: it covers every event above. */
  readonly checkpoint: string | null;
}

/** What the log's leaf of an event says. */
export const eventDetails = (ceremony: string, mode: string, { kind: _, ...told }: CeremonyEvent) => ({
  ceremony,
  mode,
  ...told,
});
export const eventAction = ({ kind }: CeremonyEvent): string => `ceremony-${kind}`;

export function minutesOf(
  ceremony: OpenedCeremony,
  words: WordList,
  { checkpoint, madeAt }: { readonly checkpoint: string | null; readonly madeAt: string },
): Minutes {
  const { record, book, state, events } = ceremony;
  const { script } = book;
  const how = new Map(
    events.flatMap(({ event }) =>
      event.kind === 'key-made' ? [[`${event.step}/${event.key}`, event.how] as const] : [],
    ),
  );
  return {
    format: MINUTES_FORMAT,
    ceremony: record.id,
    mode: state.mode,
    mark: state.mode === 'rehearsal' ? REHEARSAL_MARK : null,
    state: state.phase,
    openedAt: state.openedAt,
    endedAt: state.endedAt,
    madeAt,
    script: {
      ...script.text,
      ...{ id: script.id, version: script.version, sha256: state.scriptHash, words: spoken(words, state.scriptHash) },
    },
    token: state.token,
    people: state.people.map((each) => ({ ...CEREMONY_ROLES[each.role], ...each })),
    steps: script.steps.map(({ id, step, text }) => {
      const { doneAt, acts } = stepOf(state, id);
      return { ...text, id, kind: step, doneAt, acts };
    }),
    keys: script.steps.flatMap((step) =>
      keysOfStep(book, state, step).flatMap((key): MinutesKey[] => {
        const { kcv, parts, block } = keyOf(state, step.id, key);
        if (kcv === null) return [];
        return [
          {
            ...{ key, step: step.id, how: how.get(`${step.id}/${key}`) ?? '', kcv, words: spoken(words, kcv), block },
            kcvMethod: step.step === 'exchange-kbpk' ? 'CMAC0' : 'ENC0',
            confirmed: state.confirmed.has(key),
            active: state.activated.has(key),
            parts: parts.map(({ index, person }) => ({ index, person })),
          },
        ];
      }),
    ),
    exceptions: state.exceptions.map(({ person, what, why, decision, at }) => ({ person, what, why, decision, at })),
    interruptions: state.interruptions,
    events: events.map(({ sequence, at, event, log }) => ({
      ...{ sequence, at, action: eventAction(event), log },
      details: eventDetails(record.id, record.mode, event),
    })),
    checkpoint,
  };
}

/** Canonical, so that the same minutes are the same bytes. */
export const minutesText = (minutes: Minutes): string => canonicalJson(minutes);
