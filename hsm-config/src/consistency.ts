/** Rules that hold between the fields and files of hsm-config; a schema of one file cannot say them. */
import { scriptFaults } from './ceremony-consistency.ts';
import { hierarchyFaults } from './hierarchy-consistency.ts';
import type { ConfigFault } from './loader.ts';
import type { CeremonyScript, Hierarchy, HsmModel, WordList } from './schemas.ts';

interface Loaded {
  readonly model: HsmModel;
  readonly hierarchy: Hierarchy;
  readonly ceremony: CeremonyScript;
  readonly words: WordList;
}
interface Files {
  readonly modelFile: string;
  readonly hierarchyFile: string;
  readonly ceremonyFile: string;
  readonly wordsFile: string;
}

function wordFaults(list: WordList, file: string): ConfigFault[] {
  return [0, 1].flatMap((column) => {
    const seen = new Set<string>();
    return list.words.flatMap((pair, index) => {
      const word = pair[column] as string;
      const twice = seen.has(word);
      seen.add(word);
      return twice
        ? [{ file, field: `words[${index}]`, rule: `${word} stands twice: two bytes would sound alike` }]
        : [];
    });
  });
}

export function consistencyFaults(loaded: Loaded, files: Files): ConfigFault[] {
  const faults = [
    ...hierarchyFaults(loaded.hierarchy, files.hierarchyFile),
    ...scriptFaults(loaded.ceremony, loaded.hierarchy, files.ceremonyFile),
    ...wordFaults(loaded.words, files.wordsFile),
  ];
  if (loaded.model.suites[loaded.ceremony.suite] === undefined) {
    const rule = `the model maps no mechanisms for suite ${loaded.ceremony.suite}`;
    faults.push({ file: files.modelFile, field: 'suites', rule });
  }
  return faults;
}
