/** How personal data rests. */
export { addDataKey, type DataKeyPort, openVault } from './data-keys.ts';
export { softDataKeys } from './soft-data-keys.ts';
export { untilKeyServiceAnswers } from './until-key-service-answers.ts';
export { type BlindKind, type PersonalData, personalDataVault } from './vault.ts';
