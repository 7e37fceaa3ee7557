/** Our SAM product (CARD.md, "SAM product"; ADR 006). Another vendor's SAM is another such file. */
import { deepFreeze } from '../deep-freeze.ts';
import type { SamProduct } from './types.ts';

export const rhcSam1: SamProduct = deepFreeze({
  id: 'rhc-sam-1',
  text: { zh: '居民健康卡SAM卡 1 型', en: 'Resident health card SAM, model 1' },
  historicalBytesLength: 13,
  // ASCII "SAM"
  historicalBytesEnd: '53414D',
  maxKeyVersions: 3,
  pinTries: 10,
  pinBytes: { least: 2, most: 8 },
  sessionKeyNeedsPin: true,
});
