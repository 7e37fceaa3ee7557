/** Root, issuer and SAM with soft keys, and a chip that carries the issuer's certificate. */
import {
  buildIssuerCertificate,
  buildSamCertificate,
  issuerCertificateTbs,
  samCertificateTbs,
} from '@rhc/card/certificates';
import { nodeCrypto, softSigningKey } from '@rhc/card/crypto-node';
import { nationalProfile } from '@rhc/card/profile';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import type { AgentOptions } from '../../src/app.ts';

const keyOf = (fill: number) => softSigningKey('intl-128', new Uint8Array(32).fill(fill));
const root = keyOf(3);
const issuer = keyOf(4);
const sam = keyOf(5);
const common = {
  suite: 'intl-128',
  issuerCode: '1301',
  serial: '00000001',
  notBefore: '2026-01-01',
  notAfter: '2036-01-01',
  keyUsage: 1,
} as const;
const issuerFields = { ...common, issuerName: '河北卫健', publicKey: issuer.publicKey };
const issuerCertificate = buildIssuerCertificate(issuerFields, root.sign(issuerCertificateTbs(issuerFields)));
const samFields = {
  ...common,
  samSerial: '00112233445566778899',
  terminalNumber: '130100000001',
  publicKey: sam.publicKey,
};

export const samCertificate = buildSamCertificate(samFields, issuer.sign(samCertificateTbs(samFields)));
export const rootPublicKey = root.publicKey;
export const signer: NonNullable<AgentOptions['signer']> = {
  keys: { suite: 'intl-128', sign: async (data) => sam.sign(data), certificate: async () => samCertificate },
  verifier: nodeCrypto,
};

export function withIssuerCertificate(content: ChipContent): ChipContent {
  return withRecord(content, 'issuerCertificate', issuerCertificate);
}

/** The element's record as if it had been personalized so. */
export function withRecord(content: ChipContent, element: string, value: Uint8Array): ChipContent {
  const { file, element: declared } = nationalProfile.element(element);
  if (file.structure !== 'tlv-records') throw new Error(`${file.id} has no TLV records`);
  const index = file.elements.findIndex(({ id }) => id === element);
  const directory = nationalProfile.directory(file.directory).fid;
  const files = content.files.map((entry) => {
    if (entry.directory !== directory || entry.fid !== file.fid || entry.body.structure === 'transparent') return entry;
    const records = entry.body.records.map((record, i) =>
      i === index ? Uint8Array.of(declared.item, value.length, ...value) : record,
    );
    return { ...entry, body: { ...entry.body, records } };
  });
  return { ...content, files } as ChipContent;
}
