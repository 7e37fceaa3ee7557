/** Whose keys served a card, in words. */
import type { KeySource } from '../../src/contract/index.ts';

export const KEY_SOURCES: Readonly<Record<KeySource, string>> = {
  sam: 'SAM（不查真伪 genuineness unchecked）',
  'sam+key-service': 'SAM + 密钥服务查真伪 genuineness online',
  'key-service': '密钥服务 key-service',
};
