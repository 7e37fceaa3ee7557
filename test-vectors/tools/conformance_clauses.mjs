/** The clauses that the suite answers for; one without a case says why. `also` names further clauses of a case by its id. */
const F = 'CARD-FACTS';
const clause = (id, source, zh, en, withoutCase) => ({
  id,
  source,
  title: { zh, en },
  ...(withoutCase && { withoutCase: { zh: withoutCase[0], en: withoutCase[1] } }),
});

const FILES = [
  'DDF1-EF05',
  'DDF1-EF06',
  'DDF1-EF07',
  'DDF1-EF08',
  'DF01-EF05',
  'DF01-EF06',
  'DF01-EF07',
  'DF01-EF08',
  'DF02-EF05',
  'DF02-EF06',
  'DF02-EF07',
  'DF02-EF08',
  'DF03-EF05',
  'DF03-EF06',
  'DF03-EE01',
  'DF03-EE02',
  'DF03-EE03',
  'DF03-ED01',
  'DF03-ED02',
  'DF03-ED03',
  'DF03-ED04',
  'DF03-ED05',
];
const KEYS = [
  'IRK.DDF1',
  'STK.MF',
  'STK.DDF1',
  'STK.DF01',
  'STK.DF02',
  'STK.DF03',
  'BK.MF',
  'LK.DF01',
  'LK.DF02',
  'LK.DF03',
  'UK1.DDF1',
  'UK1.DF01',
  'UK1.DF02',
  'UK2.DF02',
  'UK3.DF02',
  'UK1.DF03',
  'UK2.DF03',
  'RK1.DDF1',
  'RK1.DF01',
  'RK1.DF02',
  'RK1.DF03',
];
const OBSERVED = [
  'SELECT',
  'GET CHALLENGE',
  'EXTERNAL AUTHENTICATE',
  'READ RECORD',
  'READ BINARY',
  'UPDATE BINARY',
  'UPDATE RECORD',
  'APPEND RECORD',
  'WRITE RECORD',
  'ERASE RECORD',
  'GET RESPONSE',
];
const REQUIRED = [
  'INTERNAL AUTHENTICATE',
  'APPLICATION BLOCK',
  'APPLICATION UNBLOCK',
  'CARD BLOCK',
  'WRITE KEY',
  'CREATE FILE',
];

export const CLAUSES = [
  clause('FACTS-1.1', F, '文件树与名称', 'file tree and names'),
  clause('FACTS-1.2', F, '数据类型与填充', 'data types and padding', [
    '卡片不解释数据元,由编解码向量 test-vectors/codec 覆盖',
    'the chip does not interpret elements; test-vectors/codec covers them',
  ]),
  clause('FACTS-1.3', F, '记录格式', 'record formats'),
  ...FILES.map((file) => clause(`FACTS-1.4/${file}`, F, `${file} 的结构与长度`, `structure and size of ${file}`)),
  clause('FACTS-1.5-1.8', F, '就诊文件布局与代码表', 'layout of the visit files, code tables', [
    '内容布局不由卡片检查',
    'the chip does not check the layout of contents',
  ]),
  clause('FACTS-1.9', F, '地区与容量变体', 'regional and capacity variants', [
    '本产品为 32K 标准卡',
    'this product is the standard 32 K card',
  ]),
  ...FILES.map((file) => clause(`FACTS-2.1/${file}`, F, `${file} 的访问条件`, `access to ${file}`)),
  clause('FACTS-2.1/notes', F, '安全状态属于当前目录', 'authentication belongs to the current DF'),
  clause('FACTS-2.2', F, '用户卡无 PIN', 'no PIN on the user card'),
  clause('FACTS-2.3', F, '河北设备接口密钥编号', "key numbers of Hebei's device interface", [
    '读写器驱动的编号,不在卡上',
    'numbers of a reader driver, not of the card',
  ]),
  ...KEYS.map((key) => clause(`FACTS-3.1/${key}`, F, `密钥 ${key}`, `key ${key}`)),
  clause('FACTS-3.2', F, '密钥标识与版本', 'key ids and versions'),
  clause('FACTS-3.3', F, '算法', 'algorithms', [
    '整套用例可用 --suite 在每种套件下运行',
    'the whole suite runs in every cipher suite by --suite',
  ]),
  clause('FACTS-3.4', F, 'SAM 密钥引用', 'SAM key references', [
    '属于 SAM 产品 rhc-sam-1',
    'belongs to the SAM product rhc-sam-1',
  ]),
  clause('FACTS-3.5', F, '分散因子', 'dispersal factors'),
  clause('FACTS-3.6', F, '密钥层级', 'key hierarchy', [
    '属于密钥服务,卡上只有分散结果',
    'belongs to key-service; the card holds the results only',
  ]),
  clause('FACTS-3.7', F, '分散与过程密钥', 'dispersal and session computation'),
  clause('FACTS-4.1', F, '复位', 'reset'),
  ...OBSERVED.map((name) => clause(`FACTS-4.2/${name}`, F, name, name)),
  ...REQUIRED.map((name) => clause(`FACTS-4.3/${name}`, F, name, name)),
  clause('FACTS-4.3/certificate and signature', F, '证书与签名指令', 'certificate and signature commands', [
    '资料中没有用户卡的此类指令',
    'none is evidenced for the user card',
  ]),
  clause('FACTS-4.4', F, '状态字', 'status words', [
    '每个用例都检查状态字;6581 无法从外部引发',
    'every case checks them; 6581 cannot be provoked from outside (virtual-card/src/faults)',
  ]),
  clause('FACTS-4.5', F, '加密更新的长度', 'length arithmetic of protected updates'),
  clause('FACTS-4.6', F, '实测时间', 'measured timings', [
    '不属于一致性,由 npm run bench 测量',
    'no matter of conformance; npm run bench measures',
  ]),
  clause('CARD.md/tries', 'CARD.md', '认证余次', 'tries'),
  clause('CARD.md/chip states', 'CARD.md', '芯片状态', 'chip states'),
  clause('CARD.md/terminal random', 'CARD.md', '终端随机数', 'the terminal random'),
  clause('CARD.md/atomicity', 'CARD.md', '掉电原子性', 'atomicity of a power cut', [
    '需要在写入途中断电,由 virtual-card 的撕卡测试覆盖',
    'needs a power cut inside a write; the tearing tests of virtual-card do it',
  ]),
  clause('ADR-001/A challenge', 'ADR 001', '随机数', 'a challenge'),
  clause('ADR-001/GET DATA', 'ADR 001', 'GET DATA', 'GET DATA'),
  clause('ADR-001/Personalization channel', 'ADR 001', '个人化通道', 'personalization channel'),
  clause('ADR-001/CREATE FILE', 'ADR 001', 'CREATE FILE', 'CREATE FILE'),
  clause('ADR-001/WRITE KEY', 'ADR 001', 'WRITE KEY', 'WRITE KEY'),
  clause('ADR-001/Data', 'ADR 001', '个人化数据写入', 'writing data'),
  clause('ADR-001/END PERSONALIZATION', 'ADR 001', 'END PERSONALIZATION', 'END PERSONALIZATION'),
  clause('ADR-001/Protected update', 'ADR 001', '线路保护更新', 'protected update'),
  clause('ADR-001/SELECT and Le', 'ADR 001', 'SELECT 与 Le', 'SELECT and Le'),
  clause('ADR-001/Order of a personalization', 'ADR 001', '个人化顺序', 'order of a personalization', [
    '终端一侧的顺序,卡片不要求',
    'an order of the terminal; the chip does not demand it',
  ]),
  clause('ADR-001/Certificates', 'ADR 001', '证书', 'certificates', ['卡片只存储证书', 'the chip only stores them']),
  clause('ADR-005/MAC-only commands', 'ADR 005', '仅 MAC 的锁定指令', 'MAC-only commands'),
  clause('ADR-005/GET DATA 0105', 'ADR 005', '锁定状态', 'GET DATA 0105'),
  clause('ADR-005/Re-key', 'ADR 005', '换钥', 're-key'),
  clause('ADR-005/Tries after WRITE KEY', 'ADR 005', '写密钥恢复余次', 'tries after WRITE KEY'),
  clause('ADR-005/Order of checks', 'ADR 005', '检查顺序', 'order of checks'),
];

const ALSO = [
  [/records-by-|newest-is|oldest-drops|update-other-tag|update-by-number/, 'FACTS-1.3'],
  [/newest-is|oldest-drops|DF02\/EF0[78]\/update/, 'FACTS-4.2/APPEND RECORD'],
  [/^DF03\/EF05\/update-record-/, 'FACTS-1.4/DF03-EF05'],
  [/^DF03\/EF06\/update-record-/, 'FACTS-1.4/DF03-EF06'],
  [/^DF03\/EF0[56]\/update/, 'FACTS-4.2/WRITE RECORD'],
  [/^DF03\/EF0[56]\/erase/, 'FACTS-4.2/ERASE RECORD'],
  [/select\/(name-without|response)|internal\/without-le|block\/fci/, 'FACTS-4.2/GET RESPONSE'],
  [/(after-reset|reselected|other-directory|state-lost|lost-state)$/, 'FACTS-2.1/notes'],
  [
    /update-(wrong-mac|foreign|mac-|challenge|older|stk|with-update|too|other-tag|without-)/,
    'ADR-001/Protected update',
  ],
  [/E[ED]0[1-5]\/blocks|EF07\/blocks/, 'FACTS-4.2/READ BINARY'],
  [/write-at-the-end|write-a-block/, 'FACTS-4.2/UPDATE BINARY'],
  [/\/EF0[5-8]\/update-(with-update|too|no-such)/, 'FACTS-4.2/UPDATE RECORD'],
  [/personalization\/write-key|rekey\//, 'FACTS-4.3/WRITE KEY'],
  [/personalization\/create/, 'FACTS-4.3/CREATE FILE'],
];

export function alsoOf({ id, clause: main }) {
  return [...new Set(ALSO.filter(([pattern]) => pattern.test(id)).map(([, name]) => name))].filter((n) => n !== main);
}
