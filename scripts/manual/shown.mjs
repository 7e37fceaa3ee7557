/** Which dialogues the manual draws, in its order; the others are counted only. */
export const COMPARED_DIALOGUES_IN_MANUAL = [
  'genuine',
  'identity',
  'patch-one',
  'visit-write',
  'personalization',
  'block',
  'rekey',
];
