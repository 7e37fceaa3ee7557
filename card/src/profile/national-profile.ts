/** The national resident health card, 32 K, as reconstructed in CARD-FACTS 1–3: files in the order of its tables. */
import { codeTables } from './code-tables/index.ts';
import { defineProfile } from './define-profile.ts';
import { directories } from './directories.ts';
import { ddf1Files } from './files/ddf1.ts';
import { df01Files } from './files/df01.ts';
import { df02Files } from './files/df02.ts';
import { df03Files } from './files/df03.ts';
import { keySlots } from './key-slots.ts';

export const nationalProfile = defineProfile({
  version: '1.0',
  directories,
  keySlots,
  files: [...ddf1Files, ...df01Files, ...df02Files, ...df03Files],
  codeTables,
});
