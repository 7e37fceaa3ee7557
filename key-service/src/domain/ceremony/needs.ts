/**
 * What of a step needs approvals, named exactly as the HSM worker will compare it (`quorum/operations.ts`): a step of the
 * request for each operation of the token and each activation that is still to be done. Pure.
 */
import { hexToBytes } from '@rhc/card/bytes';
import type { CeremonyScript, CeremonyStep } from '@rhc/hsm-config';
import type { ApprovalStep, CeremonyPlace } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { ApprovedOperation, EnterPartInput, HsmOperations } from '../../hsm/port.ts';
import { dispersalBlock } from '../hierarchy.ts';
import { HSM_PARAMETERS } from '../quorum/operations.ts';
import type { CeremonyEvent, CeremonyMode, WrittenEvent } from './events.ts';
import { keyTarget, partGroup, readLabel, usageOf } from './key-labels.ts';
import type { ApprovalOrder, CeremonyRunner } from './ports.ts';
import {
  type CeremonyBook,
  type KeyToConfirm,
  keysOfStep,
  type PartSource,
  partSource,
  partsNeeded,
  refuseStep,
} from './rules.ts';
import { type CeremonyState, keyOf } from './state.ts';

export interface Situation {
  readonly record: { readonly id: string; readonly scriptId: string; readonly scriptHash: string };
  readonly book: CeremonyBook;
  readonly state: CeremonyState;
  readonly events: readonly WrittenEvent[];
}
export type Blocks = Readonly<Record<string, string>>;

const NOT_YET = new Uint8Array(0);
const namedAs = (operation: ApprovedOperation): ApprovalStep => ({
  operation: operation.name,
  parameters: (HSM_PARAMETERS[operation.name] as (input: unknown) => ApprovalStep['parameters'])(operation.input),
});

/** Where a request belongs; every rejection voids what was approved before it. */
export function placeOf({ record, events }: Situation, step: string): CeremonyPlace {
  const round = events.filter(({ event }) => event.kind === 'key-rejected').length;
  return { id: record.id, script: record.scriptId, scriptSha256: record.scriptHash, step, round };
}

export const orderOf = (
  situation: Situation & { readonly record: { readonly mode: CeremonyMode } },
  step: CeremonyStep,
  needs: readonly ApprovalStep[],
): ApprovalOrder => ({ mode: situation.record.mode, place: placeOf(situation, step.id), needs });

/** What stands in the log beside work that people approved. */
export const used = ({ id }: CeremonyStep, { reference }: CeremonyRunner): CeremonyEvent[] =>
  reference === null ? [] : [{ kind: 'approved', step: id, ...reference }];

const missing = ({ book, state }: Situation, step: CeremonyStep): string[] =>
  keysOfStep(book, state, step).filter((key) => keyOf(state, step.id, key).kcv === null);

/** `blocks`: of an import of key blocks; they come with the act, so that they are approved by their hashes. */
export function needsOf(situation: Situation, step: CeremonyStep, blocks: Blocks = {}): ApprovalStep[] {
  const { book } = situation;
  const source = partSource(step);
  if (source !== null) {
    return missing(situation, step).map((key) =>
      namedAs({ name: 'enter-part', input: partOrder(situation, step, source, key, { index: 1, part: NOT_YET }) }),
    );
  }
  switch (step.step) {
    case 'import-components':
      return missing(situation, step).map((key) =>
        namedAs({ name: 'import-root', input: { ...rootTarget(book, step, key), pilotTexts: [] } }),
      );
    case 'generate':
      return missing(situation, step).map((key) =>
        namedAs({ name: 'generate-root', input: rootTarget(book, step, key) }),
      );
    case 'export-key-blocks':
      return missing(situation, step).map((key) =>
        namedAs({ name: 'export-key-block', input: exportOrder(book, step, key) }),
      );
    case 'import-key-blocks':
      return missing(situation, step).flatMap((key) => {
        const block = blocks[key];
        if (block === undefined) return [];
        return [namedAs({ name: 'import-key-block', input: blockOrder(book, step, key, block) })];
      });
    case 'activate':
      return keysToActivate(situation).map(({ slot, version }) => activation(slot, version));
    default:
      return [];
  }
}

/** True when the step cannot be done without approvals, even though what is approved may not be known yet. */
export const isPrivileged = (situation: Situation, step: CeremonyStep): boolean =>
  step.step === 'import-key-blocks' ? missing(situation, step).length > 0 : needsOf(situation, step).length > 0;

/** What a rejection destroys; a key that another ceremony has put on record stays, and an export made no key. */
export function rootsToDestroy(
  { book }: Situation,
  rejected: readonly KeyToConfirm[],
  recorded: ReadonlySet<string>,
): string[] {
  return rejected.flatMap(({ step, key }) => {
    const target = keyTarget(book, step, key);
    const root = target.kind === 'root' ? target.root : `KBPK.${target.name}`;
    return step.step === 'export-key-blocks' || recorded.has(root) ? [] : [root];
  });
}
export const destruction = (root: string): ApprovalStep => namedAs({ name: 'destroy-root', input: { root } });

/** As by `move-key`: when exactly is when the step is done. */
export const activation = (slot: string, version: number): ApprovalStep => ({
  operation: 'move-key',
  parameters: { slot, version, to: 'active' },
});

export function keysToActivate({ state }: Pick<Situation, 'state'>) {
  const active = new Set(state.versions.filter((each) => each.state === 'active').map(({ version }) => version));
  return [...state.confirmed].flatMap((key) => {
    const label = readLabel(key);
    return label !== null && label.province === null && active.has(label.version) ? [{ key, ...label }] : [];
  });
}

export function rootTarget(book: CeremonyBook, step: CeremonyStep, key: string) {
  const target = keyTarget(book, step, key);
  if (target.kind !== 'root') throw refuseStep('key', `${key} 不是根密钥`, `${key} is no root`);
  return { root: target.root, usage: target.usage, suite: target.suite };
}

export function partOrder(
  { record, book }: Pick<Situation, 'record' | 'book'>,
  step: CeremonyStep,
  source: PartSource,
  key: string,
  own: { readonly index: number; readonly part: Uint8Array; readonly expectedKcv?: Uint8Array | null },
): EnterPartInput {
  return {
    group: partGroup(record.id, key),
    index: own.index,
    part: own.part,
    lengthBytes: step.step === 'exchange-kbpk' ? step.lengthBytes : 16,
    expectedKcv: own.expectedKcv ?? null,
    combine: source.combine,
    needed: partsNeeded(source),
    target: keyTarget(book, step, key),
  };
}

type ImportStep = Extract<CeremonyStep, { step: 'import-key-blocks' }>;
type ExportStep = Extract<CeremonyStep, { step: 'export-key-blocks' }>;

export function blockOrder(book: CeremonyBook, step: ImportStep, key: string, block: string) {
  const target = keyTarget(book, step, key);
  if (target.kind !== 'root') throw refuseStep('blocks', `${key} 不在这一步`, `${key} is not of this step`);
  return { kbpk: step.kbpk, block, root: target.root, usage: target.usage };
}

export function exportOrder(
  book: CeremonyBook,
  step: ExportStep,
  key: string,
): HsmOperations['export-key-block']['input'] {
  const label = readLabel(key) as { slot: string; version: number };
  const header = {
    version: step.blockVersion,
    usage: 'E6',
    algorithm: 'A',
    mode: usageOf(book, label.slot) === 'derive' ? 'X' : 'E',
    keyVersion: String(label.version % 100).padStart(2, '0'),
    exportability: 'N',
    optionalBlocks: [],
  };
  const blocks = [dispersalBlock(provinceFactor(book.hierarchy.provinces, book.script))];
  return { kbpk: step.kbpk, key: { root: rootTarget(book, step, key).root, blocks, cachedBlocks: 0 }, header };
}

function provinceFactor(provinces: CeremonyBook['hierarchy']['provinces'], { province }: CeremonyScript): Uint8Array {
  const found = provinces.find(({ code }) => code === province);
  if (found === undefined) throw keyServiceErrors.make('PROVINCE_UNKNOWN', { detail: String(province) });
  return hexToBytes(found.factor);
}

/** Roots and slots that a request's steps name, for people. */
export const namedKeys = (steps: readonly ApprovalStep[]): string[] =>
  steps.map(({ parameters: { root, slot, version, target } }) => {
    if (typeof root === 'string') return root;
    if (typeof slot === 'string') return `${slot}#${version}`;
    const made = target as { root?: string; name?: string } | undefined;
    return made?.root ?? `KBPK.${made?.name}`;
  });
