/** SELECT by FID, READ BINARY (free), UPDATE BINARY `04 D6` under the issue channel (CARD-FACTS 5.1, 5.2; ADR 006). */
import type { CommandApdu } from '@rhc/card/apdu';
import { readUint16 } from '@rhc/card/bytes';
import { samFiles } from '@rhc/card/profile';
import { openSecured } from '../../cos/secured-command.ts';
import { refuse } from '../../cos/status-error.ts';
import { commitIssue, requireIssueChannel, requireStepOf } from '../issue-rules.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { currentSamFile, requireParameters, samFile } from '../sam-chip.ts';

const MASTER_FILE = 0x3f00;
const APPLICATION = 0xdf01;

export function select(chip: SamChip, command: CommandApdu): SamAnswer {
  requireParameters(command, 0x00, 0x00);
  if (command.data?.length !== 2) return refuse('wrongLength');
  const fid = readUint16(command.data);
  if (fid === MASTER_FILE || fid === APPLICATION) {
    const { session } = chip;
    session.directory = fid === MASTER_FILE ? 'MF' : 'DF01';
    session.file = null;
    session.sessionKey = null;
    return {};
  }
  samFile(chip, fid);
  chip.session.file = fid;
  return {};
}

export function readBinary(chip: SamChip, command: CommandApdu): SamAnswer {
  const { p1, p2 } = command;
  if (p1 >= 0x80) {
    const known = samFiles.find(({ sfi, directory }) => (0x80 | sfi) === p1 && directory === chip.session.directory);
    chip.session.file = (known ?? refuse('fileNotFound')).fid;
  }
  const { content } = currentSamFile(chip);
  const offset = p1 >= 0x80 ? p2 : p1 * 0x100 + p2;
  if (offset >= content.length) refuse('wrongOffset');
  return { data: content.slice(offset), partial: true };
}

export function updateBinary(chip: SamChip, command: CommandApdu): SamAnswer {
  const channel = requireIssueChannel(chip);
  const body = openSecured(chip, channel, command);
  if (body.length === 0) refuse('wrongLength');
  const { directory, fid, content } = currentSamFile(chip);
  requireStepOf(chip, samFiles.find((file) => file.directory === directory && file.fid === fid)?.writtenAt ?? 'first');
  const offset = command.p1 * 0x100 + command.p2;
  if (offset + body.length > content.length) refuse('wrongOffset');
  commitIssue(chip, { kind: 'write-file', directory, fid, offset, content: body });
  return {};
}
