/**
 * Which SELECTs lead from one directory to another: the MF and DDF1 are found from anywhere, DF01–DF03 only from DDF1 or a
 * sibling (ADR 001 "A challenge").
 */
import type { CardProfile, DirectoryName } from '../profile/types.ts';

/** `from` null: not known, for example after an error; the path then holds from anywhere. */
export function directoryPath(
  profile: Pick<CardProfile, 'directory'>,
  from: DirectoryName | null,
  to: DirectoryName,
): readonly DirectoryName[] {
  const { parent } = profile.directory(to);
  if (parent === null || profile.directory(parent).parent === null) return [to];
  const near = from !== null && (from === parent || profile.directory(from).parent === parent);
  return near ? [to] : [parent, to];
}
