/**
 * What ends a step of the SAM's life (ADR 006): GENERATE KEY PAIR `84 46`, END ISSUE `84 44`, RECALL `84 16`. The private key
 * is made in the SAM and never leaves it.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, equalBytes, SecretBytes, uint16, uint32 } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { samFiles } from '@rhc/card/profile';
import { hash, keyCheckValue, macBlock, suiteOfAlgorithm } from '../../cos/cipher-suite.ts';
import { openSecured } from '../../cos/secured-command.ts';
import { refuse } from '../../cos/status-error.ts';
import { SAM_TRANSPORT_KEY_VERSION } from '../blank-sam.ts';
import { keyPairFrom, SCALAR_RANDOM_BYTES } from '../elliptic-signature.ts';
import { requireIssueChannel, requireStepOf } from '../issue-rules.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { controlKey, randomBytes, requireParameters } from '../sam-chip.ts';
import type { SamContent } from '../sam-content.ts';
import { sortedKeys } from './get-data.ts';

const DIRECTORY_FID = { MF: 0x3f00, DF01: 0xdf01 } as const;
const FIRST_STEP = 0x01;
const SECOND_STEP = 0x02;

/** Answer: x ‖ y ‖ MAC4, so that nobody between SAM and issuer puts a key of their own into the certificate. */
export function generateKeyPair(chip: SamChip, command: CommandApdu): SamAnswer {
  const opened = requireIssueChannel(chip);
  const body = openSecured(chip, opened, command);
  const channel = requireIssueChannel(chip);
  if (body.length !== 0) refuse('wrongLength');
  if (command.p1 !== 0) refuse('wrongParameters');
  requireStepOf(chip, 'second');
  const suite = suiteOfAlgorithm(command.p2);
  if (suite === null || suite === 'pboc-3des') return refuse('wrongData');
  const { privateKey, publicKey } = keyPairFrom(suite, randomBytes(chip, SCALAR_RANDOM_BYTES));
  chip.commit({ kind: 'write-signing-key', key: { suite, uses: 0, value: new SecretBytes(privateKey), publicKey } });
  privateKey.fill(0);
  const mac = macBlock(channel.suite, channel.macKey, channel.iv, publicKey).slice(0, 4);
  return { data: concatBytes(publicKey, mac) };
}

/** `84 44 step 00 24 ‖ digest(32) ‖ MAC4`: the chip compares before it goes on, and there is no way back. */
export function endIssue(chip: SamChip, command: CommandApdu): SamAnswer {
  const channel = requireIssueChannel(chip);
  if ((command.data?.length ?? 0) !== 36) refuse('wrongLength');
  const digest = openSecured(chip, channel, command);
  if (command.p2 !== 0 || (command.p1 !== FIRST_STEP && command.p1 !== SECOND_STEP)) refuse('wrongParameters');
  const { state, pin } = chip.content;
  if (state !== (command.p1 === FIRST_STEP ? 'first-issue' : 'second-issue')) refuse('conditionsNotSatisfied');
  // A SAM that still obeys its maker's key, or that anybody may use, must not go out.
  const barred = controlKey(chip).version === SAM_TRANSPORT_KEY_VERSION && chip.rules.transportKeyBarsEnd;
  if (barred) refuse('conditionsNotSatisfied');
  if (command.p1 === SECOND_STEP && pin === null) refuse('conditionsNotSatisfied');
  if (!equalBytes(digest, issueDigest(chip.content, channel.suite)) && chip.rules.issueDigest) refuse('wrongData');
  chip.commit({ kind: 'set-state', state: command.p1 === FIRST_STEP ? 'second-issue' : 'operational' });
  chip.session.channel = null;
  return {};
}

/** Every secret goes in one commit; the files stay, so that the register sees which SAM it was. */
export function recall(chip: SamChip, command: CommandApdu): SamAnswer {
  const channel = requireIssueChannel(chip);
  const body = openSecured(chip, channel, command);
  if (body.length !== 0) refuse('wrongLength');
  requireParameters(command, 0x00, 0x00);
  chip.commit({ kind: 'erase-secrets' }, { kind: 'set-state', state: 'recalled' });
  chip.session.channel = null;
  chip.session.sessionKey = null;
  chip.session.pinVerified = false;
  return {};
}

function issueDigest(content: SamContent, suite: AlgorithmSuite): Uint8Array {
  const files = samFiles.map(({ directory, fid, sizeBytes }) => {
    const file = content.files.find((entry) => entry.directory === directory && entry.fid === fid);
    const bytes = file?.content ?? new Uint8Array(sizeBytes);
    return concatBytes(uint16(DIRECTORY_FID[directory]), uint16(fid), uint32(bytes.length), bytes);
  });
  const { controlKey: control, signingKey } = content;
  const keys = [
    ...(control === null ? [] : [{ directory: DIRECTORY_FID.MF, p1: 0, p2: 0, ...control }]),
    ...sortedKeys(content).map((key) => ({ directory: DIRECTORY_FID.DF01, ...key })),
  ].map(({ directory, p1, p2, version, suite: own, value }) =>
    concatBytes(
      uint16(directory),
      Uint8Array.of(p1, p2, version),
      value.use((bytes) => keyCheckValue(own, bytes)),
    ),
  );
  return hash(suite, hash(suite, ...files), ...keys, signingKey?.publicKey ?? new Uint8Array(0));
}
