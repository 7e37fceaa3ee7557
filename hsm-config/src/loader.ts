/**
 * Loads hsm-config's data. The file system comes in as a function. A fault names the file, the field and the rule; all
 * faults of a file are told at once. hsm-config imports no other room, so the error is of the family by shape only.
 */
import type { z } from 'zod';
import { consistencyFaults } from './consistency.ts';
import {
  type CeremonyScript,
  ceremonyScript,
  type Hierarchy,
  type HsmModel,
  hierarchy,
  hsmModel,
  type WordList,
  wordList,
} from './schemas.ts';

export interface ConfigFault {
  readonly file: string;
  readonly field: string;
  readonly rule: string;
}

/** Carries code, sentences and next step like every RhcError, without importing the family. */
export class HsmConfigError extends Error {
  readonly code = 'HSM_CONFIG_INVALID';
  readonly retriable = false;
  readonly faults: readonly ConfigFault[];
  readonly text: { readonly zh: string; readonly en: string };
  readonly nextStep = {
    zh: '按所列字段与规则修改配置文件后重试。',
    en: 'Correct the named fields of the configuration file and try again.',
  };

  constructor(faults: readonly ConfigFault[], cause?: unknown) {
    const list = faults.map((fault) => `${fault.file}: ${fault.field}: ${fault.rule}`).join('; ');
    super(`HSM configuration is not valid: ${list}`, cause === undefined ? undefined : { cause });
    this.name = 'HsmConfigError';
    this.faults = faults;
    this.text = { zh: `HSM 配置无效:${list}`, en: this.message };
  }

  toBody() {
    return { code: this.code, message: this.text, nextStep: this.nextStep, retriable: this.retriable };
  }
}

export type ReadText = (path: string) => string;

export interface HsmConfig {
  readonly model: HsmModel;
  readonly hierarchy: Hierarchy;
  readonly ceremony: CeremonyScript;
  readonly words: WordList;
  readonly softHsmConfTemplate: string;
}

function fieldPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || '(whole file)';
}

export function loadFile<S extends z.ZodType>(schema: S, file: string, readText: ReadText): z.infer<S> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(file));
  } catch (cause) {
    const rule = cause instanceof SyntaxError ? `not valid JSON: ${cause.message}` : 'the file cannot be read';
    throw new HsmConfigError([{ file, field: '(whole file)', rule }], cause);
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw new HsmConfigError(
    result.error.issues.map((issue) => ({ file, field: fieldPath(issue.path), rule: issue.message })),
  );
}

/** `folder`: the root of the hsm-config package; `ceremonyId`: file name below `ceremonies/` without `.json`. */
export function loadHsmConfig(folder: string, ceremonyId: string, readText: ReadText): HsmConfig {
  if (!/^[a-z][a-z0-9-]*$/.test(ceremonyId)) {
    throw new HsmConfigError([{ file: 'ceremonies/', field: 'ceremony', rule: 'lower-case words joined by hyphens' }]);
  }
  const ceremonyFile = `${folder}/ceremonies/${ceremonyId}.json`;
  const ceremony = loadFile(ceremonyScript, ceremonyFile, readText);
  const hierarchyFile = `${folder}/hierarchy/${ceremony.hierarchy}.json`;
  const tree = loadFile(hierarchy, hierarchyFile, readText);
  const modelFile = `${folder}/models/${ceremony.model}.json`;
  const model = loadFile(hsmModel, modelFile, readText);
  const wordsFile = `${folder}/words/bytes.json`;
  const words = loadFile(wordList, wordsFile, readText);
  const loaded = { model, hierarchy: tree, ceremony, words };
  const faults = consistencyFaults(loaded, { hierarchyFile, modelFile, ceremonyFile, wordsFile });
  if (faults.length > 0) throw new HsmConfigError(faults);
  return { ...loaded, softHsmConfTemplate: readText(`${folder}/softhsm2.conf.template`) };
}

/** Every script of `ceremonies/`, each with the hierarchy and model it names. `fileNames`: what the folder lists. */
export function loadCeremonies(folder: string, fileNames: readonly string[], readText: ReadText): HsmConfig[] {
  return fileNames
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => loadHsmConfig(folder, name.slice(0, -'.json'.length), readText));
}
