/** The key that signs order files, from two PEM files read once at start. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readSecretFile } from '@rhc/service-shell';
import type { FileSigner } from './cms/index.ts';

/** @throws Error when key and certificate do not belong together: better at the start than at the first order */
export function readBureauSigner(keyFile: string, certificateFile: string): { bureauSigner?: FileSigner } {
  if (keyFile === '' && certificateFile === '') return {};
  const certificate = new X509Certificate(readFileSync(certificateFile));
  const privateKey = readSecretFile(keyFile).use((pem) => createPrivateKey(Buffer.from(pem)));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`${certificateFile} is not the certificate of ${keyFile}`);
  }
  return { bureauSigner: { certificate: new Uint8Array(certificate.raw), privateKey } };
}
