/** The SELECTs to a directory as steps of a batch. */
import { directoryPath, selectFile } from '../commands/index.ts';
import type { CardProfile, DirectoryName } from '../profile/types.ts';
import type { BatchPlan } from './batch-plan.ts';

/** `from`: the directory that is current at this point of the batch; null when it is not known. */
export function selectDirectory(
  plan: BatchPlan,
  profile: CardProfile,
  name: DirectoryName,
  from: DirectoryName | null = null,
): void {
  for (const step of directoryPath(profile, from, name)) {
    plan.ask(selectFile.build(profile.directory(step).fid), selectFile.parse);
  }
}
