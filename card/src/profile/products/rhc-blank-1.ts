/** Our blank-card product (CARD.md, "Our blank-card product"; ADR 001). Another vendor's product is another such file. */
import { defineProduct } from '../define.ts';

export const rhcBlank1 = defineProduct({
  id: 'rhc-blank-1',
  text: { zh: '居民健康卡空白卡 1 型', en: 'Resident health card blank, model 1' },
  historicalBytesLength: 11,
  cardFactorPosition: 'first-8',
  preFormatted: false,
  textEncoding: 'gbk',
  decimalPoint: 'nibble-a',
  maxKeyVersionsPerSlot: 3,
  maxBinaryBlockBytes: 128,
});
