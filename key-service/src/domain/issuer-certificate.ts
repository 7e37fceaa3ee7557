/** The 180-byte issuer certificate (ADR 001, "Certificates"): laid out here, signed in the token by the root. */
import { concatBytes, hexToBytes, requireByte, requireLength, uint32 } from '@rhc/card/bytes';
import { encodeText } from '@rhc/card/codec';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { Hierarchy, HierarchyIssuer } from '@rhc/hsm-config';
import type { HsmPort } from '../hsm/port.ts';
import { issuerOf } from './hierarchy.ts';
import type { Sha256 } from './personalization.ts';
import type { AuditPort, CertificateStore } from './ports.ts';

const FORMAT = 0x01;
/** A 3DES card's certificates are made in `intl-128` (ADR 007). */
const SUITE_CODES = { 'intl-128': 0x01, 'sm-128': 0x02, 'pboc-3des': 0x01 } as const;
export const signingSuite = (suite: AlgorithmSuite): 'intl-128' | 'sm-128' =>
  suite === 'sm-128' ? 'sm-128' : 'intl-128';
const NAME_BYTES = 26;
export const CERTIFICATE_ROOT_PAIR = 'CERT.ROOT#1';
export const CERTIFICATE_ISSUER_PAIR = 'CERT.ISSUER#1';

const cnDate = (date: Date): Uint8Array => hexToBytes(date.toISOString().slice(0, 10).replaceAll('-', ''));

/** The 116 bytes that the root signs. */
export function certificateBody(
  issuer: HierarchyIssuer,
  publicKey: Uint8Array,
  notBefore: Date,
  suite: AlgorithmSuite = 'intl-128',
): Uint8Array {
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + issuer.certificate.validYears);
  const text = encodeText(issuer.text.zh, 'gbk', 'issuer.text.zh');
  if (text.length > NAME_BYTES) throw new RangeError(`issuer name has ${text.length} bytes, at most ${NAME_BYTES}`);
  const name = new Uint8Array(NAME_BYTES);
  name.set(text);
  return concatBytes(
    Uint8Array.of(FORMAT, SUITE_CODES[suite]),
    requireLength(hexToBytes(issuer.code), 11, 'issuer code'),
    name,
    uint32(issuer.certificate.serial),
    cnDate(notBefore),
    cnDate(notAfter),
    Uint8Array.of(requireByte(issuer.certificate.keyUsage, 'key usage')),
    requireLength(publicKey, 64, 'public key'),
  );
}

/** The first issuer's pair has its old name; every other one has the issuer's code in it. */
const issuerPair = ({ issuers }: Hierarchy, { code }: HierarchyIssuer): string =>
  code === issuers[0]?.code ? CERTIFICATE_ISSUER_PAIR : `CERT.ISSUER.${code}#1`;

/** From the records, or made once: ECDSA is not deterministic, so the first certificate is kept for ever. */
export async function issuerCertificate(room: {
  readonly hierarchy: Hierarchy;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly certificates: CertificateStore;
  readonly audit: AuditPort;
  readonly sha256: Sha256;
  readonly now: () => Date;
  /** Code of the issuer; the first of the hierarchy when absent. */
  readonly issuer?: string | undefined;
}): Promise<Uint8Array> {
  const { hierarchy, hsm, certificates } = room;
  const { suite } = hierarchy;
  const issuer = issuerOf(hierarchy, room.issuer);
  const kept = await certificates.find(issuer.code, suite);
  if (kept !== null) return kept;
  const signing = { suite: signingSuite(suite) };
  await hsm.run('ensure-key-pair', { pair: CERTIFICATE_ROOT_PAIR, ...signing });
  const { publicKey } = await hsm.run('ensure-key-pair', {
    pair: issuerPair(hierarchy, issuer),
    ...signing,
  });
  const at = room.now();
  const body = certificateBody(issuer, publicKey, at, suite);
  await room.audit.record('issuer-certificate-sign', { issuer: issuer.code, serial: issuer.certificate.serial });
  const { signature } = await hsm.run('sign', { pair: CERTIFICATE_ROOT_PAIR, message: body, ...signing });
  return certificates.add(issuer.code, suite, concatBytes(body, signature), at);
}
