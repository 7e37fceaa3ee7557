/** The card operating system of the user card. */
export { blankChip, historicalBytesOf } from './blank-chip.ts';
export { disperse, SUITE_NAMES } from './cipher-suite.ts';
export { formattedChip } from './formatted-chip.ts';
export type { CosRule, CosRules } from './rules.ts';
export { ALL_RULES, COS_RULE_NAMES, COS_RULES, rulesWithout } from './rules.ts';
export type { VirtualCardOptions } from './virtual-card.ts';
export { VirtualCard } from './virtual-card.ts';
