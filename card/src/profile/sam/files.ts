/** The five files of the SAM (CARD-FACTS 5.1): free to read, written with secure messaging, never missing. */
import { deepFreeze } from '../deep-freeze.ts';
import { requireRule } from '../errors.ts';
import type { SamFile } from './types.ts';

const CLAUSE = 'CARD-FACTS 5.1 (IF12 附录A)';

export function defineSamFile(file: SamFile): SamFile {
  const field = `SAM file ${file.id}`;
  const sum = file.fields.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
  requireRule(
    file.id === `${file.directory}/${file.fid.toString(16).toUpperCase().padStart(4, '0')}`,
    'identifierInvalid',
    field,
  );
  requireRule(file.fields.length === 0 || sum === file.sizeBytes, 'fileSizeWrong', field);
  requireRule(
    file.fields.every(({ meaning, sizeBytes }) => meaning !== 'byte' || sizeBytes === 1),
    'sizeUnfit',
    field,
  );
  requireRule(
    file.fields.every(({ meaning, sizeBytes }) => meaning !== 'date' || sizeBytes === 4),
    'sizeUnfit',
    field,
  );
  requireRule(file.clause !== '', 'clauseMissing', field);
  return deepFreeze(file);
}

export const samFiles: readonly SamFile[] = [
  defineSamFile({
    id: 'MF/0015',
    directory: 'MF',
    fid: 0x0015,
    sfi: 21,
    sizeBytes: 14,
    fields: [
      { name: 'samSerial', sizeBytes: 10, meaning: 'bytes', text: { zh: 'SAM卡序列号', en: 'SAM serial' } },
      { name: 'samVersion', sizeBytes: 1, meaning: 'byte', text: { zh: 'SAM卡版本号', en: 'SAM version' } },
      { name: 'keyCardType', sizeBytes: 1, meaning: 'byte', text: { zh: '密钥卡类型', en: 'Key card type' } },
      {
        name: 'commandSetVersion',
        sizeBytes: 1,
        meaning: 'byte',
        text: { zh: '指令集版本', en: 'Command set version' },
      },
      { name: 'issuerFci', sizeBytes: 1, meaning: 'byte', text: { zh: '发卡方自定义FCI数据', en: 'Issuer FCI data' } },
    ],
    writtenAt: 'first',
    text: { zh: '卡片公共信息', en: 'Public card information' },
    clause: CLAUSE,
  }),
  defineSamFile({
    id: 'MF/0016',
    directory: 'MF',
    fid: 0x0016,
    sfi: 22,
    sizeBytes: 6,
    fields: [
      { name: 'province', sizeBytes: 1, meaning: 'bytes', text: { zh: '省', en: 'Province' } },
      { name: 'city', sizeBytes: 1, meaning: 'bytes', text: { zh: '市', en: 'City' } },
      { name: 'issuer', sizeBytes: 1, meaning: 'bytes', text: { zh: '发卡机构', en: 'Issuer' } },
      { name: 'serial', sizeBytes: 3, meaning: 'bytes', text: { zh: '终端顺序号', en: 'Terminal serial' } },
    ],
    writtenAt: 'second',
    text: { zh: '终端信息', en: 'Terminal information' },
    clause: CLAUSE,
  }),
  defineSamFile({
    id: 'DF01/001A',
    directory: 'DF01',
    fid: 0x001a,
    sfi: 26,
    sizeBytes: 25,
    fields: [
      {
        name: 'keyIndex',
        sizeBytes: 1,
        meaning: 'byte',
        text: { zh: '全国居民健康卡应用密钥索引号', en: 'National key index' },
      },
      {
        name: 'applicationIssuer',
        sizeBytes: 8,
        meaning: 'bytes',
        text: { zh: '应用发行者标识', en: 'Application issuer' },
      },
      {
        name: 'applicationReceiver',
        sizeBytes: 8,
        meaning: 'bytes',
        text: { zh: '应用接收者标识', en: 'Application receiver' },
      },
      { name: 'startDate', sizeBytes: 4, meaning: 'date', text: { zh: '应用启用日期', en: 'Start date' } },
      { name: 'endDate', sizeBytes: 4, meaning: 'date', text: { zh: '应用有效日期', en: 'End date' } },
    ],
    writtenAt: 'first',
    text: { zh: '应用公共信息', en: 'Public application information' },
    clause: CLAUSE,
  }),
  defineSamFile({
    id: 'DF01/001B',
    directory: 'DF01',
    fid: 0x001b,
    sfi: 27,
    sizeBytes: 180,
    fields: [],
    writtenAt: 'second',
    text: { zh: '发卡机构证书', en: 'Issuer certificate' },
    clause: CLAUSE,
  }),
  defineSamFile({
    id: 'DF01/001C',
    directory: 'DF01',
    fid: 0x001c,
    sfi: 28,
    sizeBytes: 190,
    fields: [],
    writtenAt: 'second',
    text: { zh: 'SAM卡证书', en: 'SAM certificate' },
    clause: CLAUSE,
  }),
];
