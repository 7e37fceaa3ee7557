/** Files that a card bureau and the issuer send one another: signed, and enciphered where they hold people's data. */
export { openEnvelope, sealEnvelope } from './enveloped-data.ts';
export { type FileSigner, fingerprint, signFile, type VerifiedFile, verifyFile } from './signed-data.ts';
