/** The health summary as a FHIR R4 patient summary document, and back. */
export * from './errors.ts';
export type * from './fhir-types.ts';
export { fromIpsBundle } from './from-ips-bundle.ts';
export { type IpsBundleOptions, toIpsBundle } from './to-ips-bundle.ts';
