/** The card's own certificates: issuer (180 bytes) and SAM (190 bytes). X.509 is another world and never comes here. */
export { certificateErrors } from './errors.ts';
export * from './issuer-certificate.ts';
export type { CertificateCommon } from './layout.ts';
export { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './layout.ts';
export * from './sam-certificate.ts';
