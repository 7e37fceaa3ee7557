/**
 * The issue dialogue of a SAM (ADR 006): from what the SAM answered to the commands that come next. The SAM's own state
 * decides where it goes on, so a torn SAM is taken up by simply asking again. Pure but for its ports.
 */
import { bytesToHex, concatBytes, hexToBytes, uint16, uint32 } from '@rhc/card/bytes';
import { samCertificateTbs } from '@rhc/card/certificates';
import { type AlgorithmSuite, rhcSam1, type SamFile, samFiles, samKeyReferences } from '@rhc/card/profile';
import { encodeSamFile, getSamFactor, getSamStatus, type SamStateName, samSelect } from '@rhc/card/sam';
import { keyAttributes } from '@rhc/card/secure-messaging';
import type { Sam, SamIssueRequest, SamIssueResponse } from '../contract/sams.ts';
import { keyServiceErrors } from '../errors.ts';
import type { HsmPort, SamChannelItem } from '../hsm/port.ts';
import type { SamDesk } from '../hsm/sam-token.ts';
import { cardKeyPath, dispersalBlock, issuerOf, reversedBlock, rootLabel } from './hierarchy.ts';
import { CERTIFICATE_ISSUER_PAIR, signingSuite } from './issuer-certificate.ts';
import type { KeyBook } from './personalization.ts';
import type { AuditPort } from './ports.ts';
import type { SamDialogue, SamStore } from './sam-store.ts';

const [MASTER_FILE, APPLICATION] = [0x3f00, 0xdf01];
const CONTROL_KEY_VERSION = 1;
const CONTROL_KEY = { typeCode: 0x00, maxTries: 15 } as const;
const WRITE_BLOCK_BYTES = 128;
const PIN_DIGITS = 6;
const DIRECTORY_FID = { MF: 0x3f00, DF01: 0xdf01 } as const;
const ALGORITHMS = { 'intl-128': 1, 'sm-128': 2 } as const;
export const SAM_PIN_KEK = 'DEK.SAM-PIN#1';

export interface SamIssueRoom {
  readonly book: KeyBook;
  /** Signs the SAM's certificate. */
  readonly hsm: Pick<HsmPort, 'run'>;
  /** The SAM token, in which all else happens. */
  readonly desk: SamDesk;
  readonly store: SamStore;
  readonly audit: AuditPort;
  /** The 180-byte issuer certificate. */
  readonly certificate: () => Promise<Uint8Array>;
  readonly hash: (suite: AlgorithmSuite, data: Uint8Array) => Uint8Array;
  readonly now: () => Date;
  readonly newId: () => string;
}

type Suite = Sam['suite'];

/** What the dialogue remembers between two calls; no secret is in it. */
export interface DialogueState {
  readonly stage: SamIssueResponse['stage'];
  readonly challenge: string;
  readonly macChaining: string;
  readonly terminal: string;
  /** Positions of the answers that carry data. */
  readonly commands: number;
}

const ASK = [getSamStatus.build(), getSamFactor.build(), samSelect.build(MASTER_FILE), Uint8Array.of(0, 0x84, 0, 0, 8)];

export async function samIssueStep(
  room: SamIssueRoom,
  request: SamIssueRequest,
  actor: string,
): Promise<SamIssueResponse> {
  const answers = request.answers.map(hexToBytes);
  if (request.dialogue === null) return ask(room, { id: room.newId(), orderId: request.orderId, samSerial: null });
  const dialogue = await room.store.dialogue(request.dialogue);
  if (dialogue === null || dialogue.orderId !== request.orderId) throw keyServiceErrors.make('SAM_DIALOGUE_UNKNOWN');
  const { state } = dialogue;
  if (state.stage === 'done') return told(dialogue, []);
  if (answers.length !== state.commands)
    throw keyServiceErrors.make('SAM_ANSWER_WRONG', { detail: `${answers.length} of ${state.commands} answers` });
  if (state.stage === 'ask') return begin(room, dialogue, answers, actor);
  for (const [index, answer] of answers.entries()) requireDone(answer, index);
  const sam = await samOf(room, dialogue);
  if (state.stage === 'second-issue') return endSecond(room, dialogue, sam, answers);
  await room.store.move(sam.samSerial, state.stage === 'first-issue' ? 'first-issued' : 'issued', {
    actor,
    note: '',
    at: room.now(),
  });
  if (state.stage === 'first-issue') return ask(room, dialogue);
  return finish(room, dialogue);
}

async function ask(
  room: SamIssueRoom,
  dialogue: Pick<SamDialogue, 'id' | 'orderId' | 'samSerial'>,
): Promise<SamIssueResponse> {
  return keep(room, dialogue, { stage: 'ask', challenge: '', macChaining: '', terminal: '' }, ASK);
}

async function keep(
  room: SamIssueRoom,
  dialogue: Pick<SamDialogue, 'id' | 'orderId' | 'samSerial'>,
  state: Omit<DialogueState, 'commands'>,
  commands: readonly Uint8Array[],
): Promise<SamIssueResponse> {
  const { id, orderId, samSerial } = dialogue;
  const kept = { id, orderId, samSerial, state: { ...state, commands: commands.length } };
  await room.store.keepDialogue(kept, room.now());
  return told(kept, commands);
}

const told = ({ id, samSerial, state }: SamDialogue, commands: readonly Uint8Array[]): SamIssueResponse => ({
  dialogue: id,
  samSerial,
  stage: state.stage,
  commands: commands.map(bytesToHex),
  done: state.stage === 'done',
});

const finish = (room: SamIssueRoom, dialogue: SamDialogue): Promise<SamIssueResponse> =>
  keep(room, dialogue, { stage: 'done', challenge: '', macChaining: '', terminal: '' }, []);

function requireDone(answer: Uint8Array, index: number): void {
  const sw = bytesToHex(answer.slice(-2));
  if (sw !== '9000') throw keyServiceErrors.make('SAM_ANSWER_WRONG', { detail: `command ${index}: ${sw}` });
}

async function samOf(room: SamIssueRoom, { samSerial }: SamDialogue): Promise<Sam> {
  const sam = samSerial === null ? null : await room.store.find(samSerial);
  if (sam === null) throw keyServiceErrors.make('SAM_UNKNOWN');
  return sam;
}

/** The answers to ASK: which chip this is, where it stands, and its challenge. */
async function begin(
  room: SamIssueRoom,
  dialogue: SamDialogue,
  answers: readonly Uint8Array[],
  actor: string,
): Promise<SamIssueResponse> {
  const [status, factor, , challengeAnswer] = answers as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  requireDone(challengeAnswer, 3);
  const { state, controlKeyVersion } = getSamStatus.parse(status);
  const samFactor = bytesToHex(getSamFactor.parse(factor));
  const sam = await room.store.claim(dialogue.orderId, samFactor, room.now());
  if (sam === null) throw keyServiceErrors.make('SAM_ORDER_COMPLETE', { detail: dialogue.orderId });
  const mine = { ...dialogue, samSerial: sam.samSerial };
  const challenge = challengeAnswer.slice(0, 8);
  const version = controlKeyVersion ?? 0;
  return await stretchOf(room, mine, sam, { state, version, challenge, samFactor, actor });
}

async function stretchOf(
  room: SamIssueRoom,
  dialogue: SamDialogue,
  sam: Sam,
  chip: { state: SamStateName; version: number; challenge: Uint8Array; samFactor: string; actor: string },
): Promise<SamIssueResponse> {
  const open = { sam, version: chip.version, challenge: chip.challenge, samFactor: chip.samFactor };
  switch (chip.state) {
    case 'blank':
    case 'first-issue':
      return firstIssue(room, dialogue, open);
    case 'second-issue':
      if (sam.state === 'ordered')
        await room.store.move(sam.samSerial, 'first-issued', { actor: chip.actor, note: '', at: room.now() });
      return secondIssue(room, dialogue, open);
    case 'operational':
      // END was carried out and its answer was lost.
      if (sam.state !== 'issued')
        await room.store.move(sam.samSerial, 'issued', { actor: chip.actor, note: '', at: room.now() });
      return finish(room, dialogue);
    case 'recalled':
      throw keyServiceErrors.make('SAM_RECALLED', { detail: sam.samSerial });
  }
}

interface Open {
  readonly sam: Sam;
  readonly version: number;
  readonly challenge: Uint8Array;
  readonly samFactor: string;
}

const scope = ({ sam, samFactor }: Pick<Open, 'sam' | 'samFactor'>) => ({
  cardFactor: hexToBytes(samFactor),
  provinceCode: sam.provinceCode,
});

function controlKeyPath(room: SamIssueRoom, open: Pick<Open, 'sam' | 'samFactor'>, version: number) {
  const slot = version === 0 ? 'SAM-TMK' : 'SAM-MK';
  const { hierarchy, keyring } = room.book;
  return cardKeyPath(hierarchy, slot, keyring.pick(slot, version === 0 ? undefined : version, 'terminal'), scope(open));
}

const header = (cla: number, ins: number, p1: number, p2: number) => Uint8Array.of(cla, ins, p1, p2);

/** Commands in order: a SELECT goes as it is, an item becomes a command of the channel. */
type Line = { readonly select: number } | { readonly item: SamChannelItem };

function writeFile(id: SamFile['id'], content: Uint8Array): Line[] {
  const file = samFiles.find((each) => each.id === id);
  if (file === undefined || content.length !== file.sizeBytes) throw new RangeError(`${id} has another size`);
  const lines: Line[] = [{ select: file.fid }];
  for (let at = 0; at < content.length; at += WRITE_BLOCK_BYTES) {
    const data = content.slice(at, at + WRITE_BLOCK_BYTES);
    lines.push({ item: { kind: 'plain', header: concatBytes(Uint8Array.of(0x04, 0xd6), uint16(at)), data } });
  }
  return lines;
}

interface LoadedKey {
  readonly p1: number;
  readonly p2: number;
  readonly version: number;
  readonly kcv: string;
  readonly line: Line;
}

/** Every version that a new SAM gets, of one step. */
function keysOf(room: SamIssueRoom, step: 'first' | 'second', suite: Suite): LoadedKey[] {
  const { keyring } = room.book;
  return samKeyReferences
    .filter(({ loadedAt }) => loadedAt === step)
    .flatMap(({ slot, p1, p2 }) =>
      keyring.loadable(slot).map((version) => ({
        ...{ p1, p2, version },
        kcv: keyring.find(slot, version)?.kcv ?? '',
        line: {
          item: {
            kind: 'root' as const,
            header: header(0x84, 0xd4, 0x01, p2),
            description: keyAttributes({ typeCode: p1, maxTries: null }, version, suite),
            root: rootLabel(slot, version),
          },
        },
      })),
    );
}

async function firstIssue(room: SamIssueRoom, dialogue: SamDialogue, open: Open): Promise<SamIssueResponse> {
  const { sam } = open;
  const control = controlKeyPath(room, open, CONTROL_KEY_VERSION);
  const keys = keysOf(room, 'first', sam.suite);
  const files = filesOf(room, sam);
  const digest = await issueDigest(room, open, files, keys, null);
  await room.audit.record('sam-first-issue', {
    samSerial: sam.samSerial,
    samFactor: open.samFactor,
    keys: keys.length,
  });
  return run(room, dialogue, open, 'first-issue', [
    {
      item: {
        kind: 'control-key',
        header: header(0x84, 0xd4, 0x01, 0x00),
        description: keyAttributes(CONTROL_KEY, CONTROL_KEY_VERSION, sam.suite),
        key: control,
      },
    },
    ...writeFile('MF/0015', files['MF/0015']),
    { select: APPLICATION },
    ...keys.map(({ line }) => line),
    ...writeFile('DF01/001A', files['DF01/001A']),
    { item: { kind: 'plain', header: header(0x84, 0x44, 0x01, 0x00), data: digest } },
  ]);
}

async function secondIssue(room: SamIssueRoom, dialogue: SamDialogue, open: Open): Promise<SamIssueResponse> {
  const { sam } = open;
  const keys = keysOf(room, 'second', sam.suite);
  await room.audit.record('sam-second-issue', {
    samSerial: sam.samSerial,
    samFactor: open.samFactor,
    keys: keys.length,
  });
  return run(room, dialogue, open, 'second-issue', [
    ...writeFile('MF/0016', hexToBytes(sam.terminalNumber)),
    { select: APPLICATION },
    ...keys.map(({ line }) => line),
    { item: { kind: 'plain', header: header(0x84, 0x46, 0x00, ALGORITHMS[sam.suite]), data: new Uint8Array(0) } },
  ]);
}

/** Certificate, PIN and END: after the SAM has made its key pair. */
async function endSecond(
  room: SamIssueRoom,
  dialogue: SamDialogue,
  sam: Sam,
  answers: readonly Uint8Array[],
): Promise<SamIssueResponse> {
  const { challenge, macChaining } = dialogue.state;
  const samFactor = sam.samFactor ?? '';
  const open = { sam, version: CONTROL_KEY_VERSION, challenge: hexToBytes(challenge), samFactor };
  const answer = (answers.at(-1) as Uint8Array).slice(0, -2);
  const channel = channelOf(room, open, hexToBytes(macChaining), answer);
  // First only the check of the public key: what is certified must be what this SAM made.
  const { publicKey } = await room.desk.channel({ ...channel, items: [] });
  if (publicKey === null) throw keyServiceErrors.make('SAM_ANSWER_WRONG', { detail: 'no public key' });
  const certificates = await certify(room, sam, publicKey);
  const files = {
    ...filesOf(room, sam),
    'MF/0016': hexToBytes(sam.terminalNumber),
    'DF01/001B': certificates.issuer,
    'DF01/001C': certificates.sam,
  };
  const keys = [...keysOf(room, 'first', sam.suite), ...keysOf(room, 'second', sam.suite)];
  // Of the same moment as the digest: what the SAM compares is what is kept.
  const versions = samKeyReferences.flatMap(({ slot }) =>
    room.book.keyring.loadable(slot).map((version) => ({ slot, version })),
  );
  const digest = await issueDigest(room, open, files, keys, publicKey);
  const purpose = `sam-pin/${sam.samSerial}`;
  const lines: Line[] = [
    ...writeFile('DF01/001B', certificates.issuer),
    ...writeFile('DF01/001C', certificates.sam),
    {
      item: {
        kind: 'pin',
        header: header(0x84, 0xd4, 0x03, 0x00),
        digits: PIN_DIGITS,
        tries: rhcSam1.pinTries,
        seal: { kek: SAM_PIN_KEK, purpose },
      },
    },
    { item: { kind: 'plain', header: header(0x84, 0x44, 0x02, 0x00), data: digest } },
  ];
  await room.audit.record('sam-certificate', { samSerial: sam.samSerial, terminalNumber: sam.terminalNumber });
  const output = await room.desk.channel({ ...channel, items: itemsOf(lines) });
  // Kept before the SAM gets it: a SAM with a PIN that nobody knows would be lost.
  await room.store.keepPin(sam.samSerial, output.sealedPin as Uint8Array, versions);
  return keep(
    room,
    dialogue,
    { stage: 'second-issue-end', challenge, macChaining: '', terminal: '' },
    laid(lines, output.commands),
  );
}

async function certify(room: SamIssueRoom, sam: Sam, publicKey: Uint8Array) {
  const issuer = issuerOf(room.book.hierarchy);
  const notBefore = room.now();
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + issuer.certificate.validYears);
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const tbs = samCertificateTbs({
    suite: sam.suite,
    issuerCode: issuer.code,
    samSerial: sam.samSerial,
    terminalNumber: sam.terminalNumber,
    serial: sam.samSerial.slice(-8),
    notBefore: day(notBefore),
    notAfter: day(notAfter),
    keyUsage: 2,
    publicKey,
  });
  const own = await room.certificate();
  const { signature } = await room.hsm.run('sign', {
    pair: CERTIFICATE_ISSUER_PAIR,
    message: tbs,
    suite: signingSuite(sam.suite),
  });
  return { issuer: own, sam: concatBytes(tbs, signature) };
}

function filesOf(room: SamIssueRoom, sam: Sam): { 'MF/0015': Uint8Array; 'DF01/001A': Uint8Array } {
  const file = (id: SamFile['id']) => samFiles.find((each) => each.id === id) as SamFile;
  const from = new Date(sam.orderedAt);
  const to = new Date(from);
  to.setUTCFullYear(to.getUTCFullYear() + issuerOf(room.book.hierarchy).certificate.validYears);
  const day = (date: Date) => date.toISOString().slice(0, 10);
  return {
    'MF/0015': encodeSamFile(file('MF/0015'), {
      samSerial: sam.samSerial,
      samVersion: 1,
      keyCardType: 2,
      commandSetVersion: 1,
      issuerFci: 0,
    }),
    'DF01/001A': encodeSamFile(file('DF01/001A'), {
      keyIndex: 1,
      applicationIssuer: `${sam.provinceCode}00`.padEnd(16, '0'),
      applicationReceiver: sam.terminalNumber.slice(0, 6).padEnd(16, '0'),
      startDate: day(from),
      endDate: day(to),
    }),
  };
}

/** What END ISSUE compares (ADR 006), from check values: no key is needed for it. */
async function issueDigest(
  room: SamIssueRoom,
  open: Open,
  files: Readonly<Partial<Record<SamFile['id'], Uint8Array>>>,
  keys: readonly LoadedKey[],
  publicKey: Uint8Array | null,
): Promise<Uint8Array> {
  const { suite } = open.sam;
  const laidOut = samFiles.map(({ id, directory, fid, sizeBytes }) =>
    concatBytes(
      uint16(DIRECTORY_FID[directory]),
      uint16(fid),
      uint32(sizeBytes),
      files[id] ?? new Uint8Array(sizeBytes),
    ),
  );
  const control = await room.desk.checkValue(controlKeyPath(room, open, CONTROL_KEY_VERSION));
  const sorted = [...keys].sort((a, b) => a.p2 - b.p2 || a.version - b.version);
  const lines = [
    concatBytes(uint16(DIRECTORY_FID.MF), Uint8Array.of(0, 0, CONTROL_KEY_VERSION), control),
    ...sorted.map(({ p1, p2, version, kcv }) =>
      concatBytes(uint16(DIRECTORY_FID.DF01), Uint8Array.of(p1, p2, version), hexToBytes(kcv)),
    ),
  ];
  return room.hash(
    suite,
    concatBytes(room.hash(suite, concatBytes(...laidOut)), ...lines, publicKey ?? new Uint8Array(0)),
  );
}

const itemsOf = (lines: readonly Line[]): SamChannelItem[] =>
  lines.flatMap((line) => ('item' in line ? [line.item] : []));

function laid(lines: readonly Line[], commands: readonly Uint8Array[]): Uint8Array[] {
  let next = 0;
  return lines.map((line) => ('select' in line ? samSelect.build(line.select) : (commands[next++] as Uint8Array)));
}

const channelOf = (
  room: SamIssueRoom,
  open: Open,
  macChaining: Uint8Array | null,
  keyPairAnswer: Uint8Array | null,
) => ({
  controlKey: controlKeyPath(room, open, open.version),
  encipherBlock: dispersalBlock(open.challenge),
  macBlock: reversedBlock(open.challenge),
  macChaining,
  keyPairAnswer,
});

async function run(
  room: SamIssueRoom,
  dialogue: SamDialogue,
  open: Open,
  stage: DialogueState['stage'],
  lines: readonly Line[],
): Promise<SamIssueResponse> {
  const output = await room.desk.channel({ ...channelOf(room, open, null, null), items: itemsOf(lines) });
  const { cryptogram, terminalRandom } = output.authentication as NonNullable<typeof output.authentication>;
  const authentication = concatBytes(
    Uint8Array.of(0, 0x82, 0, 0, 0x11),
    cryptogram,
    terminalRandom,
    Uint8Array.of(open.version),
  );
  const state = {
    stage,
    challenge: bytesToHex(open.challenge),
    macChaining: bytesToHex(output.macChaining),
    terminal: '',
  };
  return keep(room, dialogue, state, [authentication, ...laid(lines, output.commands)]);
}
