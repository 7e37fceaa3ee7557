/** DDF1, card identification: issuer, holder, photo, validity and payment. CARD-FACTS 1.4, 2.1 (表8-2, 表10-1). */
import { defineFile } from '../define.ts';
import type { ElementaryFile } from '../types.ts';
import { BYTES, code, DATE, DIGIT_TEXT, DIGITS, elements, FREE, key, NEVER, TEXT, tlvSizeBytes } from './layout.ts';

const CLAUSE = 'CARD-FACTS 1.4';

const issuer = elements(`${CLAUSE} DDF1/EF05`, [
  [1, 'cardClass', '卡的类别', 'Card class', 'ans', 1, code('card-class')],
  [2, 'specVersion', '规范版本', 'Specification version', 'ans', 4, TEXT],
  [3, 'issuerName', '发卡机构名称', 'Issuer name', 'ans', 30, TEXT],
  [4, 'issuerCode', '发卡机构代码', 'Issuer code', 'cn', 11, DIGITS],
  [5, 'issuerCertificate', '发卡机构证书', 'Issuer certificate', 'b', 180, BYTES],
  [6, 'issueDate', '发卡时间', 'Issue date', 'cn', 4, DATE],
  [8, 'cardNumber', '卡号', 'Card number', 'ans', 18, TEXT],
  [9, 'securityCode', '安全码', 'Security code', 'ans', 3, DIGIT_TEXT],
  [10, 'issueSerial', '发卡序列号', 'Issue serial number', 'ans', 10, TEXT],
  [57, 'cityCode', '应用城市代码', 'City code', 'cn', 3, code('region-hebei')],
]);

const holder = elements(`${CLAUSE} DDF1/EF06`, [
  [11, 'name', '姓名', 'Name', 'ans', 30, TEXT],
  [12, 'sex', '性别', 'Sex', 'b', 1, code('sex')],
  [13, 'ethnicGroup', '民族', 'Ethnic group', 'cn', 1, code('ethnic-group')],
  [14, 'birthDate', '出生日期', 'Birth date', 'cn', 4, DATE],
  [15, 'idNumber', '居民身份证号码', 'Identity number', 'ans', 18, TEXT],
]);

const validity = elements(`${CLAUSE} DDF1/EF08`, [
  [7, 'expiryDate', '卡有效期', 'Expiry date', 'cn', 4, DATE],
  [16, 'phone1', '本人电话1', 'Phone 1', 'ans', 20, TEXT],
  [17, 'phone2', '本人电话2', 'Phone 2', 'ans', 20, TEXT],
  [18, 'payment1', '医疗费用支付方式1', 'Payment method 1', 'cn', 1, code('payment-method')],
  [19, 'payment2', '医疗费用支付方式2', 'Payment method 2', 'cn', 1, code('payment-method')],
  [20, 'payment3', '医疗费用支付方式3', 'Payment method 3', 'cn', 1, code('payment-method')],
]);

export const ddf1Files: readonly ElementaryFile[] = [
  defineFile({
    id: 'DDF1/EF05',
    directory: 'DDF1',
    fid: 0xef05,
    structure: 'tlv-records',
    text: { zh: '发卡机构基本数据文件', en: 'Issuer data' },
    read: FREE,
    update: NEVER,
    updateTransport: 'plain',
    updateMacSlot: null,
    elements: issuer,
    sizeBytes: tlvSizeBytes(issuer),
    clause: `${CLAUSE}, 2.1 (禁止改写/自由读)`,
  }),
  defineFile({
    id: 'DDF1/EF06',
    directory: 'DDF1',
    fid: 0xef06,
    structure: 'tlv-records',
    text: { zh: '持卡人基本信息文件', en: 'Card holder' },
    read: key('RK1.DDF1'),
    update: NEVER,
    updateTransport: 'plain',
    updateMacSlot: null,
    elements: holder,
    sizeBytes: tlvSizeBytes(holder),
    clause: `${CLAUSE}, 2.1`,
  }),
  defineFile({
    id: 'DDF1/EF07',
    directory: 'DDF1',
    fid: 0xef07,
    structure: 'transparent',
    text: { zh: '照片文件', en: 'Photo' },
    read: key('RK1.DDF1'),
    update: key('UK1.DDF1'),
    updateTransport: 'plain',
    updateMacSlot: null,
    elements: [],
    // Two bytes of length, big-endian, and at most 3072 bytes of JPEG.
    sizeBytes: 3074,
    businessSizeBytes: 3074,
    clause: `${CLAUSE} other files, 2.1; CARD.md "photo"`,
  }),
  defineFile({
    id: 'DDF1/EF08',
    directory: 'DDF1',
    fid: 0xef08,
    structure: 'tlv-records',
    text: { zh: '有效期与支付方式文件', en: 'Validity and payment' },
    read: key('RK1.DDF1'),
    update: key('UK1.DDF1'),
    updateTransport: 'encipher-and-mac',
    updateMacSlot: 'STK.DDF1',
    elements: validity,
    sizeBytes: tlvSizeBytes(validity),
    clause: `${CLAUSE}, 2.1 (transport from deployed code)`,
  }),
];
