/** HSM models, key hierarchy and ceremony scripts: data with a loader that refuses what contradicts itself. */
export { type ConfigFault, type HsmConfig, HsmConfigError, loadFile, loadHsmConfig, type ReadText } from './loader.ts';
export * from './schemas.ts';
