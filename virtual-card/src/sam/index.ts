/** The card operating system of the SAM. */
export { blankSam, samHistoricalBytesOf } from './blank-sam.ts';
export type { SamChange, SamContent, SamState } from './sam-content.ts';
export { SAM_IMAGE_FORMAT, SamImageFileMemory, SamProcessMemory } from './sam-image.ts';
export { SAM_RULE_NAMES, SAM_RULES, type SamRule, type SamRules, samRulesWithout } from './sam-rules.ts';
export type { VirtualSamOptions } from './virtual-sam.ts';
export { VirtualSam } from './virtual-sam.ts';
