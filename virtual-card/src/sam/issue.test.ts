/** The SAM's issue: both steps, what each may write, tears, renewal in use, recall (ADR 006). */
import { describe, expect, test } from '@jest/globals';
import { concatBytes, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { samKeyReferences } from '@rhc/card/profile';
import { issueSamFirst, issueSamSecond, pilotSamSecrets, SamIssueChannel, samIssueDigest } from '@rhc/card/sam';
import {
  blankPilotSam,
  issuedPilotSam,
  issueOptions,
  openSam,
  pilotPin,
  SAM_HISTORICAL_BYTES,
  testIssuer,
} from '../../test/support/pilot-sam.ts';
import { bytesOf, hexOf } from '../../test/support/test-terminal.ts';
import { TearingMemory } from '../faults/tear.ts';
import { SamProcessMemory, type VirtualSam } from './index.ts';

const FACTOR = SAM_HISTORICAL_BYTES.slice(0, 8);
const secrets = pilotSamSecrets(nodeCrypto, 'intl-128', '13');
const R_T = hexToBytes('B1B2B3B4B5B6B7B8');
const issuer = testIssuer();

const send = (sam: VirtualSam, command: string | Uint8Array): string =>
  hexOf(sam.transmit(typeof command === 'string' ? bytesOf(command) : command));

/** In the MF, with the channel open. */
function openChannel(sam: VirtualSam, key: 'transport' | 'control'): SamIssueChannel {
  expect(send(sam, '00A40000023F00')).toBe('9000');
  const challenge = bytesOf(send(sam, '0084000008').slice(0, 16));
  const value = key === 'transport' ? secrets.transportKey(FACTOR) : secrets.controlKey(FACTOR);
  const version = key === 'transport' ? 0 : 1;
  const channel = new SamIssueChannel({ crypto: nodeCrypto, suite: 'intl-128', key: value, version, challenge });
  expect(send(sam, channel.authentication(R_T))).toBe('9000');
  return channel;
}
function reference(p2: number) {
  const found = samKeyReferences.find((entry) => entry.p2 === p2);
  if (found === undefined) throw new Error(`no reference ${p2}`);
  return found;
}
const key = (fill: number) => new Uint8Array(16).fill(fill);
function blank(): VirtualSam {
  const sam = blankPilotSam('intl-128');
  sam.powerOn();
  return sam;
}
async function afterFirstIssue(): Promise<VirtualSam> {
  const sam = blank();
  await issueSamFirst(issueOptions(sam, 'intl-128', issuer));
  return sam;
}

describe('two steps', () => {
  test('a blank, the nation, the province, in use', async () => {
    const sam = blank();
    const options = issueOptions(sam, 'intl-128', issuer);
    expect(sam.state).toBe('blank');
    await expect(issueSamSecond(options)).rejects.toMatchObject({ code: 'SAM_CONDITIONS_NOT_SATISFIED' });
    await issueSamFirst(options);
    expect(sam.state).toBe('second-issue');
    await expect(openSam(sam)).rejects.toMatchObject({ code: 'SAM_NOT_IN_USE' });
    await issueSamSecond(options);
    expect(sam.state).toBe('operational');
    const session = await openSam(sam);
    expect(session.heldKeys).toHaveLength(30);
  });

  test('each step loads its own keys and files only', async () => {
    const first = blank();
    const national = openChannel(first, 'transport');
    expect(send(first, national.writeControlKey(1, 'intl-128', secrets.controlKey(FACTOR)))).toBe('9000');
    expect(send(first, '00A40000020016')).toBe('9000');
    expect(send(first, national.updateBinary(0, key(1).slice(0, 6)))).toBe('6985');
    expect(send(first, '00A4000002DF01')).toBe('9000');
    expect(send(first, national.writeWorkKey(reference(0x03), 1, 'intl-128', key(1)))).toBe('6985');
    expect(send(first, national.writeWorkKey(reference(0x31), 1, 'intl-128', key(1)))).toBe('9000');
    expect(send(first, national.writePin(pilotPin()))).toBe('6985');
    expect(send(first, national.generateKeyPair('intl-128'))).toBe('6985');
    const second = await afterFirstIssue();
    const provincial = openChannel(second, 'control');
    expect(send(second, '00A4000002DF01')).toBe('9000');
    expect(send(second, provincial.writeWorkKey(reference(0x31), 1, 'intl-128', key(1)))).toBe('6985');
    expect(send(second, provincial.writeWorkKey(reference(0x03), 1, 'intl-128', key(1)))).toBe('9000');
    expect(send(second, '00A4000002001A')).toBe('9000');
    expect(send(second, provincial.updateBinary(0, key(1)))).toBe('6985');
  });

  test('END compares: one wrong byte, the transport key still in force, or no PIN, and it does not go on', async () => {
    const sam = blank();
    let channel = openChannel(sam, 'transport');
    expect(send(sam, channel.endIssue('first', new Uint8Array(32)))).toBe('6985');
    expect(send(sam, '00A4000002DF01')).toBe('9000');
    expect(send(sam, channel.writeWorkKey(reference(0x31), 1, 'intl-128', key(1)))).toBe('9000');
    const rootKey = { p1: 0x47, p2: 0x31, version: 1, suite: 'intl-128', key: key(1) } as const;
    const control = { version: 0, suite: 'intl-128', key: secrets.transportKey(FACTOR) } as const;
    const digestOf = (controlKey: Parameters<typeof samIssueDigest>[2]['controlKey']) =>
      samIssueDigest(nodeCrypto, 'intl-128', { files: {}, controlKey, keys: [rootKey], publicKey: null });
    expect(send(sam, channel.endIssue('first', digestOf(control)))).toBe('6985');
    expect(send(sam, '00A40000023F00')).toBe('9000');
    const own = { version: 1, suite: 'intl-128', key: secrets.controlKey(FACTOR) } as const;
    expect(send(sam, channel.writeControlKey(1, 'intl-128', own.key))).toBe('9000');
    expect(send(sam, channel.endIssue('first', new Uint8Array(32)))).toBe('6A80');
    expect(send(sam, channel.endIssue('second', digestOf(own)))).toBe('6985');
    expect(send(sam, channel.endIssue('first', digestOf(own)))).toBe('9000');
    // The channel ended with the step.
    expect(send(sam, channel.recall())).toBe('6982');
    channel = openChannel(sam, 'control');
    expect(send(sam, channel.endIssue('second', digestOf(own)))).toBe('6985');
    expect(sam.state).toBe('second-issue');
  });

  test('the control key has 15 tries, written off before the comparison; the transport key is gone', async () => {
    const sam = await afterFirstIssue();
    const wrong = (version: string) => {
      send(sam, '00A40000023F00');
      send(sam, '0084000008');
      return send(sam, `0082000011${'AB'.repeat(16)}${version}`);
    };
    expect(send(sam, `0082000011${'AB'.repeat(16)}01`)).toBe('6985');
    expect(send(sam, '00A40000023F00')).toBe('9000');
    expect(send(sam, `0082000011${'AB'.repeat(16)}01`)).toBe('6984');
    expect(wrong('00')).toBe('6A88');
    expect(Array.from({ length: 15 }, () => wrong('01')).at(-1)).toBe('63C0');
    expect(wrong('01')).toBe('6983');
  });

  test('a wrong MAC, a repeated command and a swapped order end the channel', () => {
    const sam = blank();
    const first = openChannel(sam, 'transport');
    const command = first.writeControlKey(1, 'intl-128', key(7));
    expect(
      send(
        sam,
        command.map((byte, i) => (i === command.length - 1 ? byte ^ 1 : byte)),
      ),
    ).toBe('6988');
    expect(send(sam, command)).toBe('6982');
    const again = openChannel(sam, 'transport');
    const repeated = again.writeControlKey(1, 'intl-128', key(7));
    expect(send(sam, repeated)).toBe('9000');
    expect(send(sam, repeated)).toBe('6988');
    expect(send(sam, again.recall())).toBe('6982');
  });

  test('blocks that are not a key are refused', () => {
    const sam = blank();
    const channel = openChannel(sam, 'transport');
    // Version 0, a work key's type in the MF, an unknown reference, a key in the wrong directory.
    expect(send(sam, channel.writeControlKey(0, 'intl-128', key(1)))).toBe('6A80');
    expect(send(sam, channel.writeWorkKey({ ...reference(0x31), p2: 0 }, 1, 'intl-128', key(1)))).toBe('6A80');
    expect(send(sam, channel.writeWorkKey(reference(0x31), 1, 'intl-128', key(1)))).toBe('6A88');
    expect(send(sam, '00A4000002DF01')).toBe('9000');
    expect(send(sam, channel.writeWorkKey({ ...reference(0x31), p2: 0x35 }, 1, 'intl-128', key(1)))).toBe('6A88');
    expect(send(sam, channel.writeWorkKey({ ...reference(0x31), p1: 0x27 }, 1, 'intl-128', key(1)))).toBe('6A80');
    expect(send(sam, '00A4000002001A')).toBe('9000');
    expect(send(sam, channel.updateBinary(20, key(1)))).toBe('6B00');
  });
});

describe('a torn issue', () => {
  test('goes on from its step and ends the same, whatever commit the power failed at', async () => {
    const whole = await issuedPilotSam('intl-128', [1], issuer);
    const commits = whole.memory.read()?.commits ?? 0;
    expect(commits).toBeGreaterThan(30);
    for (let commit = 1; commit <= commits; commit++) {
      for (const when of ['before', 'after'] as const) {
        const memory = new SamProcessMemory();
        blankPilotSam('intl-128', memory);
        const torn = blankPilotSam('intl-128', new TearingMemory(memory, { commit, when }));
        torn.powerOn();
        const steps = async (sam: VirtualSam) => {
          const options = issueOptions(sam, 'intl-128', issuer, [1]);
          if (sam.state === 'blank' || sam.state === 'first-issue') await issueSamFirst(options);
          if (sam.state === 'second-issue') await issueSamSecond(options);
        };
        await expect(steps(torn)).rejects.toMatchObject({ code: 'VIRTUAL_CARD_POWER_LOST' });
        const again = blankPilotSam('intl-128', memory);
        again.powerOn();
        await steps(again);
        expect(again.state).toBe('operational');
        expect(
          memory
            .read()
            ?.keys.map(({ p2 }) => p2)
            .sort(),
        ).toEqual(
          whole.memory
            .read()
            ?.keys.map(({ p2 }) => p2)
            .sort(),
        );
        const session = await openSam(again);
        const { certificate } = await session.readCertificate();
        expect(hexOf(certificate.publicKey)).toBe(hexOf((await session.publicKey()).publicKey));
      }
    }
  }, 120_000);
});

describe('in use, under the control key', () => {
  test('a new version is added, never overwritten, at most three; the old one is retired, the last one stays', async () => {
    const { sam } = await issuedPilotSam('intl-128', [1, 2], issuer);
    const channel = openChannel(sam, 'control');
    const rk = reference(0x31);
    expect(send(sam, '00A4000002DF01')).toBe('9000');
    expect(send(sam, channel.writeWorkKey(rk, 1, 'intl-128', secrets.root('RK1.DDF1', 1)))).toBe('9000');
    expect(send(sam, channel.writeWorkKey(rk, 1, 'intl-128', key(9)))).toBe('6985');
    expect(send(sam, channel.writeWorkKey(rk, 3, 'sm-128', key(3)))).toBe('9000');
    expect(send(sam, channel.writeWorkKey(rk, 4, 'intl-128', key(4)))).toBe('6A84');
    expect([1, 1, 2, 3].map((version) => send(sam, channel.retireKey(rk, version)))).toEqual([
      '9000',
      '9000',
      '9000',
      '6985',
    ]);
    expect(send(sam, '80CA010300')).toContain('47310302');
    expect(send(sam, '80CA010300')).not.toContain('47310101');
  });

  test('a blocked SAM gets a new PIN; a new key pair and certificate replace the old', async () => {
    const { sam } = await issuedPilotSam('intl-128', [1], issuer);
    for (let i = 0; i < 10; i++) send(sam, '0020000003999999');
    expect(send(sam, '00200000')).toBe('6983');
    const channel = openChannel(sam, 'control');
    expect(send(sam, channel.writePin(pilotPin()))).toBe('9000');
    expect(send(sam, '0020000003123456')).toBe('9000');
    const before = send(sam, '80CA010700');
    const answer = bytesOf(send(sam, concatBytes(channel.generateKeyPair('sm-128'), Uint8Array.of(0))));
    expect(answer).toHaveLength(70);
    expect(hexOf(channel.publicKeyOf(answer.subarray(0, 68)) ?? new Uint8Array(0))).toHaveLength(128);
    expect(channel.publicKeyOf(answer.subarray(0, 68).map((byte, i) => (i === 3 ? byte ^ 1 : byte)))).toBeNull();
    expect(send(sam, '80CA010700')).not.toBe(before);
    await expect(openSam(sam).then((session) => session.readCertificate())).resolves.toBeDefined();
  });

  test('recall erases every secret in one commit and leaves only who it was', async () => {
    const { sam, memory } = await issuedPilotSam('intl-128', [1], issuer);
    const channel = openChannel(sam, 'control');
    expect(send(sam, channel.recall())).toBe('9000');
    expect(sam.state).toBe('recalled');
    expect(memory.read()).toMatchObject({ keys: [], pin: null, controlKey: null, signingKey: null });
    expect(send(sam, '80CA010100')).toMatch(/^04FFFF00[0-9A-F]{8}9000$/);
    expect(send(sam, '00B0950000')).toMatch(/9000$/);
    for (const command of ['0020000003123456', '0084000008', '80DE2803', '802A9E9A00', '841600000400000000']) {
      expect(send(sam, command)).toBe('6A81');
    }
    await expect(openSam(sam)).rejects.toMatchObject({ code: 'SAM_RECALLED' });
  });
});
