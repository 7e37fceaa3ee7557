/** A SAM issued by `@rhc/card/sam` with pilot keys and real certificates, as a test's reader holds it. */
import { createHash } from 'node:crypto';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  issuerCertificateTbs,
  samCertificateTbs,
} from '@rhc/card/certificates';
import { nodeCrypto, softSigningKey } from '@rhc/card/crypto-node';
import type { SamFile } from '@rhc/card/profile';
import { rhcSam1, samFiles } from '@rhc/card/profile';
import {
  encodeSamFile,
  issueSamFirst,
  issueSamSecond,
  packPin,
  pilotSamSecrets,
  type SamFileValues,
  SamSession,
  type SecondIssueOptions,
} from '@rhc/card/sam';
import { asTransport } from '../../src/faults/index.ts';
import type { NonVolatileMemory } from '../../src/memory/index.ts';
import {
  type SamChange,
  type SamContent,
  SamProcessMemory,
  samHistoricalBytesOf,
  VirtualSam,
} from '../../src/sam/index.ts';

export const SAM_HISTORICAL_BYTES = samHistoricalBytesOf(Uint8Array.of(0, 0, 0, 0, 0, 9));
export const PILOT_PIN = '123456';
export const pilotPin = () => new SecretBytes(packPin(PILOT_PIN));
export const SAM_SERIAL = '13010000000000000009';
export const TERMINAL_NUMBER = '130101000009';

type Suite = 'intl-128' | 'sm-128';

/** Repeatable, of any length. */
export function samRandom(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    count += 1;
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
      createHash('sha256').update(`${seed} ${count} ${i}`).digest(),
    );
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  };
}

/** Root and issuer of a suite, with keys that anybody may know. */
export interface TestIssuer {
  readonly rootPublicKey: Uint8Array;
  readonly publicKey: Uint8Array;
  signAsRoot(tbs: Uint8Array): Uint8Array;
  sign(tbs: Uint8Array): Uint8Array;
}

export function testIssuer(suite: Suite = 'intl-128'): TestIssuer {
  const key = (last: number) => softSigningKey(suite, new Uint8Array(32).fill(1).fill(last, 31));
  const [root, issuer] = [key(2), key(3)];
  return {
    rootPublicKey: root.publicKey,
    publicKey: issuer.publicKey,
    signAsRoot: (tbs) => root.sign(tbs),
    sign: (tbs) => issuer.sign(tbs),
  };
}

const fileOf = (id: SamFile['id']): SamFile => {
  const found = samFiles.find((file) => file.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const encoded = (id: SamFile['id'], values: SamFileValues) => encodeSamFile(fileOf(id), values);

export function blankPilotSam(
  suite: Suite,
  memory: NonVolatileMemory<SamContent, SamChange> = new SamProcessMemory(),
): VirtualSam {
  const transportKey = pilotSamSecrets(nodeCrypto, suite, '13').transportKey(SAM_HISTORICAL_BYTES.slice(0, 8));
  return new VirtualSam({
    memory,
    random: samRandom('sam'),
    historicalBytes: SAM_HISTORICAL_BYTES,
    transportKey: new SecretBytes(transportKey),
    suite,
  });
}

export function issueOptions(
  sam: VirtualSam,
  suite: Suite,
  issuer: TestIssuer,
  versions: readonly number[] = [1, 2],
): SecondIssueOptions {
  const dates = { notBefore: '2026-11-23', notAfter: '2036-11-22' };
  const issuerFields = {
    suite,
    issuerCode: '1301',
    issuerName: '石家庄市卫健委',
    serial: '00000001',
    ...dates,
    keyUsage: 1,
  };
  const samFields = { suite, issuerCode: '1301', samSerial: SAM_SERIAL, terminalNumber: TERMINAL_NUMBER };
  const issuerTbs = { ...issuerFields, publicKey: issuer.publicKey };
  return {
    transport: asTransport(sam),
    crypto: nodeCrypto,
    suite,
    random: samRandom('issuer'),
    secrets: pilotSamSecrets(nodeCrypto, suite, '13'),
    versions,
    cardInformation: encoded('MF/0015', {
      samSerial: SAM_SERIAL,
      samVersion: 1,
      keyCardType: 2,
      commandSetVersion: 1,
      issuerFci: 0,
    }),
    applicationInformation: encoded('DF01/001A', {
      keyIndex: 1,
      applicationIssuer: '1300000000000000',
      applicationReceiver: '1301010000000000',
      startDate: '2026-11-23',
      endDate: '2036-11-22',
    }),
    terminalInformation: hexToBytes(TERMINAL_NUMBER),
    pin: pilotPin(),
    certify: async (publicKey) => {
      const fields = { ...samFields, serial: '00000009', ...dates, keyUsage: 2, publicKey };
      return {
        issuer: buildIssuerCertificate(issuerTbs, issuer.signAsRoot(issuerCertificateTbs(issuerTbs))),
        sam: buildSamCertificate(fields, issuer.sign(samCertificateTbs(fields))),
      };
    },
  };
}

/** Both steps; powered. */
export async function issuedPilotSam(
  suite: Suite = 'intl-128',
  versions: readonly number[] = [1, 2],
  issuer: TestIssuer = testIssuer(suite),
): Promise<{ readonly sam: VirtualSam; readonly memory: SamProcessMemory; readonly issuer: TestIssuer }> {
  const memory = new SamProcessMemory();
  const sam = blankPilotSam(suite, memory);
  sam.powerOn();
  const options = issueOptions(sam, suite, issuer, versions);
  await issueSamFirst(options);
  await issueSamSecond(options);
  sam.reset();
  return { sam, memory, issuer };
}

/** Opened, with the PIN verified. */
export async function openSam(sam: VirtualSam): Promise<SamSession> {
  const session = await SamSession.open({ transport: asTransport(sam), atr: sam.atr, product: rhcSam1 });
  await session.verifyPin(pilotPin());
  return session;
}
