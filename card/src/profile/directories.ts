/** Directories of the national card: file identifiers and DF names (AIDs). CARD-FACTS 1.1 (R2, 附录B). */
import { defineDirectory } from './define.ts';
import type { Directory } from './types.ts';

export const directories: readonly Directory[] = [
  defineDirectory({
    name: 'MF',
    fid: 0x3f00,
    parent: null,
    dfName: null,
    text: { zh: '主文件', en: 'Master file' },
    clause: 'CARD-FACTS 1.1; ISO/IEC 7816-4',
  }),
  defineDirectory({
    name: 'DDF1',
    fid: 0xddf1,
    parent: 'MF',
    // ASCII "WS.SYS.DDF01"
    dfName: '57532E5359532E4444463031',
    text: { zh: '卫生环境（卡识别应用）', en: 'Health environment (card identification)' },
    clause: 'CARD-FACTS 1.1; R2 附录B',
  }),
  defineDirectory({
    name: 'DF01',
    fid: 0xdf01,
    parent: 'DDF1',
    dfName: '915600013200',
    text: { zh: '身份识别应用', en: 'Identity application' },
    clause: 'CARD-FACTS 1.1; R2 附录B',
  }),
  defineDirectory({
    name: 'DF02',
    fid: 0xdf02,
    parent: 'DDF1',
    dfName: '915600013201',
    text: { zh: '基础健康信息应用', en: 'Basic health information application' },
    clause: 'CARD-FACTS 1.1; R2 附录B',
  }),
  defineDirectory({
    name: 'DF03',
    fid: 0xdf03,
    parent: 'DDF1',
    dfName: '915600013202',
    text: { zh: '管理业务应用', en: 'Visit management application' },
    clause: 'CARD-FACTS 1.1; R2 附录B',
  }),
];
