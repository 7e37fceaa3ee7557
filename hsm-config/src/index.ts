/** HSM models, key hierarchy and ceremony scripts: data with a loader that refuses what contradicts itself. */
export { makesKeys, selectedSlots } from './ceremony-consistency.ts';
export { areaFactor } from './hierarchy-consistency.ts';
export {
  type ConfigFault,
  type HsmConfig,
  HsmConfigError,
  loadCeremonies,
  loadFile,
  loadHsmConfig,
  type ReadText,
} from './loader.ts';
export * from './schemas.ts';
