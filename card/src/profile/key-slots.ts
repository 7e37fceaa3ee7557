/**
 * The 22 key slots of the user card: the 21 of table 10-2 and the card master control key MK, in the order in which they
 * are loaded. Key identifiers and levels: CARD-FACTS 3.1–3.4; those left open there: CARD.md, "Switches" and ADR 001.
 */
import { defineKeySlot } from './define.ts';
import type { CardKeySlotName, DirectoryName, KeyClass, KeySlot } from './types.ts';

/**
 * Byte 2 of WRITE KEY's first block. The national papers give none; our product takes FMCOS's key types, as PBOC cards
 * do: 34 internal authentication, 36 line protection, 39 external authentication.
 */
const TYPE_CODES: Readonly<Record<KeyClass, number>> = {
  MK: 0x39,
  IRK: 0x34,
  STK: 0x36,
  BK: 0x39,
  LK: 0x39,
  UK: 0x39,
  RK: 0x39,
};

/** CARD.md, "tries": each failure 63Cx, at 0 the key answers 6983. */
const AUTHENTICATION_TRIES = 15;

/** `80 DE P1 P2`: P1 = dispersal levels (high 3 bits) and key type (7 encryption, 8 MAC + encryption); P2 = the key. */
type SamReference = readonly [p1: number, p2: number] | null;

function slot(
  name: CardKeySlotName,
  kid: number,
  levels: 1 | 2,
  sam: SamReference,
  zh: string,
  en: string,
  clause: string,
): KeySlot {
  const [kind, directory] = name.split('.') as [string, DirectoryName];
  const keyClass = kind.replace(/[0-9]+$/, '') as KeyClass;
  return defineKeySlot({
    name,
    directory,
    class: keyClass,
    kid,
    levels,
    typeCode: TYPE_CODES[keyClass],
    maxTries: keyClass === 'STK' ? null : AUTHENTICATION_TRIES,
    samReference: sam === null ? null : { p1: sam[0], p2: sam[1] },
    text: { zh, en },
    clause,
  });
}

const OPEN = 'CARD-FACTS 3.1 (表10-2); level and KID: CARD.md switches';
const IN_SAM = 'CARD-FACTS 3.1 (表10-2), 3.2, 3.4';

export const keySlots: readonly KeySlot[] = [
  slot('MK.MF', 0x00, 1, null, '卡片主控密钥', 'Card master control key', 'CARD-FACTS 3.1 (not in 表10-2); CARD.md'),
  slot('IRK.DDF1', 0x00, 2, null, '内部认证密钥', 'Internal authentication key', OPEN),
  slot('STK.MF', 0x01, 1, null, '应用维护密钥（主文件）', 'Maintenance key, master file', OPEN),
  slot('STK.DDF1', 0x01, 1, [0x28, 0x02], '应用维护密钥（卡识别）', 'Maintenance key, card identification', IN_SAM),
  slot('STK.DF01', 0x81, 1, [0x28, 0x03], '应用维护密钥（身份识别）', 'Maintenance key, identity', IN_SAM),
  slot('STK.DF02', 0x81, 2, [0x48, 0x04], '应用维护密钥（基础健康）', 'Maintenance key, basic health', IN_SAM),
  slot('STK.DF03', 0x81, 2, [0x48, 0x05], '应用维护密钥（管理业务）', 'Maintenance key, visit management', IN_SAM),
  slot('BK.MF', 0x02, 1, null, '卡片锁定密钥', 'Card block key', OPEN),
  slot('LK.DF01', 0x82, 1, null, '应用锁定密钥（身份识别）', 'Application block key, identity', OPEN),
  slot('LK.DF02', 0x82, 1, null, '应用锁定密钥（基础健康）', 'Application block key, basic health', OPEN),
  slot('LK.DF03', 0x82, 1, null, '应用锁定密钥（管理业务）', 'Application block key, visit management', OPEN),
  slot(
    'UK1.DDF1',
    0x05,
    1,
    [0x27, 0x2a],
    '更新密钥：照片、有效期与支付',
    'Update key: photo, validity, payment',
    IN_SAM,
  ),
  slot('UK1.DF01', 0x85, 1, [0x27, 0x2b], '更新密钥：地址、联系人、职业、证件', 'Update key: identity files', IN_SAM),
  slot('UK1.DF02', 0x85, 2, [0x47, 0x2c], '更新密钥：临床基本数据', 'Update key: clinical data', IN_SAM),
  slot('UK2.DF02', 0x86, 2, [0x47, 0x2d], '更新密钥：特殊信息', 'Update key: special information', IN_SAM),
  slot('UK3.DF02', 0x87, 2, [0x47, 0x2e], '更新密钥：过敏与免疫', 'Update key: allergy and immunization', IN_SAM),
  slot('UK1.DF03', 0x85, 2, [0x47, 0x2f], '更新密钥：就诊记录与索引', 'Update key: visits and index', IN_SAM),
  slot('UK2.DF03', 0x86, 1, [0x27, 0x30], '擦除密钥：就诊索引', 'Erase key: visit index', IN_SAM),
  slot('RK1.DDF1', 0x04, 2, [0x47, 0x31], '读取密钥（卡识别）', 'Read key, card identification', IN_SAM),
  slot('RK1.DF01', 0x84, 2, [0x47, 0x32], '读取密钥（身份识别）', 'Read key, identity', IN_SAM),
  slot('RK1.DF02', 0x84, 2, [0x47, 0x33], '读取密钥（基础健康）', 'Read key, basic health', IN_SAM),
  slot('RK1.DF03', 0x84, 2, [0x47, 0x34], '读取密钥（管理业务）', 'Read key, visit management', IN_SAM),
];
