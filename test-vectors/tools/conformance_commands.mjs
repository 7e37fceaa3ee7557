/**
 * Conformance cases of the commands: SELECT, records, binary, GET DATA, classes and lengths (CARD-FACTS 1.x, 4.x; ADR 001).
 * (Over 300 lines: a list of cases, each by itself.)
 */
import { hex, path, RECORDS, send } from './conformance_steps.mjs';

const DDF1_NAME = '57532E5359532E4444463031';
const FCI_DDF1 = `6F12840C${DDF1_NAME}8302DDF1`;
const AID = { DF01: '915600013200', DF02: '915600013201', DF03: '915600013202' };
const title = (zh, en) => ({ title: { zh, en } });
const authenticate = (slot, version = 1) => ({ authenticate: { slot, version }, sw: '9000' });
const stk = (slot, header, value, sw) => ({ protect: { stk: slot, header, value, form: 'encipher-and-mac' }, sw });
const one = (clause, id, zh, en, ...steps) => ({ id, clause, chip: 'operational', ...title(zh, en), steps });
const writes = (made) => ({ ...made, consequence: 'writes' });

export function commandCases() {
  return [...selectCases(), ...recordCases(), ...cyclicCases(), ...binaryCases(), ...getDataCases(), ...formCases()];
}

function selectCases() {
  const select = (id, zh, en, ...steps) => one('FACTS-4.2/SELECT', `select/${id}`, zh, en, ...steps);
  const byName = (id, zh, en, ...steps) => one('FACTS-1.1', `select/${id}`, zh, en, ...steps);
  const answer = (id, zh, en, ...steps) => one('ADR-001/SELECT and Le', `select/${id}`, zh, en, ...steps);
  return [
    select('fid', '按标识选择,无 Le 则无应答数据', 'by identifier, no Le, no data', send('00A4000002DDF1', '9000')),
    answer(
      'fid-with-le',
      '按标识选择,有 Le 则给出 FCI',
      'by identifier with Le gives the control information',
      send('00A4000002DDF100', '9000', FCI_DDF1),
      send('00A4000002DDF114', '9000', FCI_DDF1),
      send('00A4000002EF0500', '9000', '6F*8302EF05*'),
    ),
    byName('name-with-le', '按名称选择 DDF1', 'DDF1 by name', send(`00A404000C${DDF1_NAME}00`, '9000', FCI_DDF1)),
    answer(
      'name-without-le',
      '按名称选择,无 Le 则 61xx,再取应答',
      'by name without Le: 61xx, then GET RESPONSE',
      send(`00A404000C${DDF1_NAME}`, '6114'),
      send('00C0000014', '9000', FCI_DDF1),
      send('00C0000014', '6985'),
    ),
    answer(
      'response-in-parts',
      '分次取应答',
      'GET RESPONSE in parts',
      send(`00A404000C${DDF1_NAME}`, '6114'),
      send('00C0000004', '6110', '6F12840C'),
      send('00C0000011', '6C10'),
      send('00C0000000', '9000', `${DDF1_NAME}8302DDF1`),
    ),
    answer(
      'response-dropped',
      '其他命令使待取应答作废',
      'any other command drops what waited',
      send(`00A404000C${DDF1_NAME}`, '6114'),
      send('00A40000023F00', '9000'),
      send('00C0000014', '6985'),
    ),
    ...Object.entries(AID).map(([name, aid]) =>
      byName(
        `aid-${name}`,
        `按 AID 选择 ${name}`,
        `${name} by its AID, from the MF`,
        send(`00A4040006${aid}00`, '9000', `6F0C8406${aid}8302${name}`),
        send('00A4000002EF05', '9000'),
      ),
    ),
    byName('unknown-name', '名称不存在', 'a name that is not there', send('00A40400069156000132FF', '6A82')),
    byName(
      'name-cut-short',
      '名称不可截短',
      'a name cut short is another name',
      send('00A4040005915600013200'.slice(0, -2), '6A82'),
    ),
    select('unknown-fid', '标识不存在', 'an identifier that is not there', send('00A40000021234', '6A82')),
    select(
      'after-reset-master-file',
      '复位后当前目录为 MF',
      'after reset the current directory is the MF',
      ...path('DF01'),
      { reset: true },
      send('00A4000002EF05', '6A82'),
      send('00A4000002DF01', '6A82'),
      send('00A4000002DDF1', '9000'),
    ),
    select(
      'entry-of-current-directory-only',
      'EF 只在当前目录中查找',
      'an EF is found in the current directory only',
      send('00A40000023F00', '9000'),
      send('00A4000002EF05', '6A82'),
      ...path('DF01'),
      send('00A4000002EE01', '6A82'),
      send('00A4000002ED01', '6A82'),
      ...path('DF03'),
      send('00A4000002EF07', '6A82'),
      send('00A4000002EE01', '9000'),
    ),
    one(
      'ADR-001/A challenge',
      'select/directories-from-anywhere',
      '目录:父、子、兄弟与 MF 均可到达',
      'directories: child, sibling, parent, MF',
      send('00A4000002DDF1', '9000'),
      send('00A4000002DF01', '9000'),
      send('00A4000002DF02', '9000'),
      send('00A4000002DF03', '9000'),
      send('00A4000002DDF1', '9000'),
      send('00A4000002DF03', '9000'),
      send('00A40000023F00', '9000'),
      send('00A4000002DF03', '6A82'),
    ),
    one(
      'FACTS-2.1/notes',
      'select/no-key-needed',
      '选择应用目录不需要 DDF1 的密钥',
      'no key of DDF1 is needed to select an application',
      ...path('DF03'),
      authenticate('RK1.DF03'),
      send('00A4000002EF05', '9000'),
      send('00B2010400', '9000', '..'),
    ),
    answer(
      'failed-select-changes-nothing',
      '选择失败不改变当前文件',
      'a failed SELECT leaves the current file as it was',
      ...path('DDF1'),
      send('00A4000002EF05', '9000'),
      send('00A40000021234', '6A82'),
      send('00B2390000', '9000', '3903..{3}'),
    ),
    select(
      'wrong-parameters',
      'P1/P2 错误',
      'wrong P1 and P2',
      ...['00A4010002DDF1', '00A4000402DDF1', '00A40800023F00'].map((c) => send(c, '6A86')),
    ),
    select('no-data', '缺少数据域', 'no data', send('00A40000', '6700'), send('00A4000000', '6700')),
    select(
      'wrong-length',
      '标识长度错误',
      'an identifier of another length',
      send('00A40000013F', '6700'),
      send('00A4000003DDF100', '6700'),
    ),
    select(
      'long-name',
      '名称超过 16 字节',
      'a name of more than 16 bytes',
      send(`00A4040011${'41'.repeat(17)}`, '6700'),
    ),
  ];
}

function recordCases() {
  const all = Object.entries(RECORDS).flatMap(([id, records]) => {
    const [directory, fid] = id.split('/');
    const open = [...path(directory), ...(id === 'DDF1/EF05' ? [] : [authenticate(`RK1.${directory}`)])];
    const select = send(`00A4000002${fid}`, '9000');
    const clause = `FACTS-1.4/${id.replace('/', '-')}`;
    const pattern = ([tag, length]) => `${hex(tag)}${hex(length)}..{${length}}`;
    return [
      one(
        clause,
        `${id}/records-by-number`,
        `${id}:按号读出全部记录,标志与长度正确`,
        `${id}: every record by number, tag and length as declared`,
        ...open,
        select,
        ...records.map((record, i) => send(`00B2${hex(i + 1)}0400`, '9000', pattern(record))),
        send(`00B2${hex(records.length + 1)}0400`, '6A83'),
      ),
      one(
        clause,
        `${id}/records-by-tag`,
        `${id}:按标志读出全部记录,Le 为确切长度`,
        `${id}: every record by tag with its exact Le`,
        ...open,
        select,
        ...records.map((record) => send(`00B2${hex(record[0])}00${hex(record[1] + 2)}`, '9000', pattern(record))),
        send('00B27F0000', '6A83'),
      ),
    ];
  });
  const read = (id, zh, en, ...steps) =>
    one('FACTS-4.2/READ RECORD', `read-record/${id}`, zh, en, ...path('DDF1'), ...steps);
  const ef05 = send('00A4000002EF05', '9000');
  return [
    ...all,
    read('no-file', '未选定文件', 'no file is selected', send('00B2010400', '6986')),
    read(
      'parameters',
      'P2 错误',
      'wrong P2',
      ef05,
      ...['05', '01', '02', '44'].map((p2) => send(`00B201${p2}00`, '6A86')),
    ),
    read('record-zero', '记录号 0', 'record number 0', ef05, send('00B2000400', '6A83')),
    read(
      'wrong-le',
      'Le 错误,6Cxx 给出正确长度',
      'a wrong Le is corrected by 6Cxx',
      ef05,
      send('00B2390004', '6C05'),
      send('00B23900FF', '6C05'),
      send('00B2390005', '9000', '3903..{3}'),
    ),
    read('no-le', '缺少 Le', 'no Le', ef05, send('00B20104', '6700')),
    read('with-data', '带数据域', 'with data', ef05, send('00B20104010100', '6700')),
    read(
      'transparent',
      '透明文件无记录',
      'a transparent file has no records',
      authenticate('RK1.DDF1'),
      send('00A4000002EF07', '9000'),
      send('00B2010400', '6981'),
    ),
    one(
      'FACTS-4.2/READ RECORD',
      'read-record/cyclic-has-no-tag',
      '循环文件不可按标志读',
      'a cyclic record has no tag',
      ...path('DF02'),
      authenticate('RK1.DF02'),
      send('00A4000002EF07', '9000'),
      send('00B2010000', '6A83'),
    ),
  ];
}

function cyclicCases() {
  const file = (id, fid, count, size) => {
    const open = [
      ...path('DF02'),
      authenticate('RK1.DF02'),
      authenticate('UK3.DF02'),
      send(`00A4000002${fid}`, '9000'),
    ];
    const value = (n) => hex(n).repeat(size);
    const append = (n) => stk('STK.DF02', '04DC0003', value(n), '9000');
    return [
      writes(
        one(
          `FACTS-1.4/DF02-${fid}`,
          `${id}/newest-is-number-1`,
          `${id}:最新记录恒为第 1 条`,
          `${id}: the newest record is always number 1`,
          ...open,
          append(0x31),
          append(0x32),
          append(0x33),
          send('00B2010400', '9000', value(0x33)),
          send('00B2020400', '9000', value(0x32)),
          send('00B2030400', '9000', value(0x31)),
        ),
      ),
      writes(
        one(
          `FACTS-1.4/DF02-${fid}`,
          `${id}/oldest-drops`,
          `${id}:写满后最旧记录被覆盖`,
          `${id}: when full the oldest record drops`,
          ...open,
          ...Array.from({ length: count + 1 }, (_, i) => append(0x41 + i)),
          ...Array.from({ length: count }, (_, i) => send(`00B2${hex(i + 1)}0400`, '9000', value(0x41 + count - i))),
          send(`00B2${hex(count + 1)}0400`, '6A83'),
        ),
      ),
    ];
  };
  return [
    ...file('DF02/EF07', 'EF07', 3, 120),
    ...file('DF02/EF08', 'EF08', 10, 24),
    one(
      'FACTS-4.2/APPEND RECORD',
      'append/linear-file',
      '线性文件不可追加',
      'a linear file is not appended to',
      ...path('DF02'),
      authenticate('UK1.DF02'),
      send('00A4000002EF05', '9000'),
      stk('STK.DF02', '04DC0003', '290131', '6981'),
    ),
    one(
      'FACTS-4.2/APPEND RECORD',
      'append/parameters',
      'P1/P2 错误',
      'wrong P1 and P2',
      ...path('DF02'),
      authenticate('UK3.DF02'),
      send('00A4000002EF08', '9000'),
      ...['04DC0103', '04DC0001', '04DC0005'].map((header) => stk('STK.DF02', header, '31'.repeat(24), '6A86')),
    ),
  ];
}

function binaryCases() {
  const files = [
    ['DDF1', 'EF07', 3074],
    ...['EE01', 'EE02', 'EE03'].map((fid) => ['DF03', fid, 1893]),
    ...['ED01', 'ED02', 'ED03', 'ED04', 'ED05'].map((fid) => ['DF03', fid, 3267]),
  ];
  const word = (n) => n.toString(16).toUpperCase().padStart(4, '0');
  return files
    .flatMap(([directory, fid, size]) => {
      const id = `${directory}/${fid}`;
      const clause = `FACTS-1.4/${directory}-${fid}`;
      const open = [
        ...path(directory),
        authenticate(`RK1.${directory}`),
        authenticate(`UK1.${directory}`),
        send(`00A4000002${fid}`, '9000'),
      ];
      return [
        one(
          clause,
          `${id}/size`,
          `${id}:长度 ${size} 字节,末字节可读,其后 6B00`,
          `${id}: ${size} bytes, the last can be read, beyond it 6B00`,
          ...open,
          send(`00B0${word(size - 1)}01`, '9000', '..'),
          send(`00B0${word(size - 1)}00`, '9000', '..'),
          send(`00B0${word(size - 1)}02`, '6C01'),
          send(`00B0${word(size)}01`, '6B00'),
          send(`00B0${word(size)}00`, '6B00'),
        ),
        one(
          clause,
          `${id}/blocks`,
          `${id}:128 字节块与最大块`,
          `${id}: blocks of 128 bytes, and the largest`,
          ...open,
          send('00B0000080', '9000', '..{128}'),
          send('00B0008080', '9000', '..{128}'),
          send('00B0000000', '9000', '..{256}'),
        ),
        writes(
          one(
            clause,
            `${id}/write-at-the-end`,
            `${id}:末尾写入,不得越界`,
            `${id}: written up to the end and never beyond`,
            ...open,
            { ...send(`00B0${word(size - 2)}02`, '9000', '..{2}'), save: 'before' },
            send(`00D6${word(size - 2)}0312ABCD`, '6B00'),
            send(`00D6${word(size)}0112`, '6B00'),
            send(`00B0${word(size - 2)}02`, '9000', '$before'),
            send(`00D6${word(size - 2)}0212AB`, '9000'),
            send(`00B0${word(size - 2)}02`, '9000', '12AB'),
            { send: `00D6${word(size - 2)}02$before`, sw: '9000' },
          ),
        ),
        writes(
          one(
            clause,
            `${id}/write-a-block`,
            `${id}:写 128 字节;129 字节被拒`,
            `${id}: 128 bytes are written; 129 are refused`,
            ...open,
            { ...send('00B0000080', '9000', '..{128}'), save: 'before' },
            send(`00D6000081${'5A'.repeat(129)}`, '6700'),
            send('00B0000080', '9000', '$before'),
            send(`00D6000080${'5A'.repeat(128)}`, '9000'),
            send('00B0000080', '9000', '5A'.repeat(128)),
            { send: '00D6000080$before', sw: '9000' },
          ),
        ),
      ];
    })
    .concat(
      [
        one(
          'FACTS-4.2/READ BINARY',
          'read-binary/faults',
          'READ BINARY 的各种错误',
          'what READ BINARY refuses',
          ...path('DDF1'),
          send('00B0000001', '6986'),
          send('00A4000002EF05', '9000'),
          send('00B0000001', '6981'),
          authenticate('RK1.DDF1'),
          send('00A4000002EF07', '9000'),
          send('00B0850001', '6A86'),
          send('00B00000', '6700'),
          send('00B0000001FF01', '6700'),
        ),
        one(
          'FACTS-4.2/UPDATE BINARY',
          'update-binary/faults',
          'UPDATE BINARY 的各种错误',
          'what UPDATE BINARY refuses',
          ...path('DDF1'),
          send('00D600000100', '6986'),
          authenticate('RK1.DDF1'),
          authenticate('UK1.DDF1'),
          send('00A4000002EF08', '9000'),
          send('00D600000100', '6981'),
          send('00A4000002EF07', '9000'),
          send('00D685000100', '6A86'),
          send('00D60000', '6700'),
        ),
        one(
          'FACTS-4.2/UPDATE RECORD',
          'update-record/faults',
          'UPDATE RECORD 的各种错误',
          'what UPDATE RECORD refuses',
          ...path('DDF1'),
          send('04DC010400', '6986'),
          authenticate('RK1.DDF1'),
          authenticate('UK1.DDF1'),
          send('00A4000002EF07', '9000'),
          send('00DC01040100', '6981'),
          send('00A4000002EF08', '9000'),
          send('04DC0105', '6A86'),
          send('04DC0104', '6987'),
          send('04DC01040101', '6987'),
          send('00DC0104', '6700'),
        ),
        one(
          'FACTS-4.5',
          'update-record/lengths',
          '加密更新的 Lc:n=20 为 24,n=40 为 34,n=100 为 74(128 位分组)',
          'Lc of an enciphered update: n=20 gives 24, n=40 gives 34, n=100 gives 74 (128-bit block)',
          ...path('DDF1'),
          authenticate('RK1.DDF1'),
          authenticate('UK1.DDF1'),
          send('00A4000002EF08', '9000'),
          { ...send('00B2020400', '9000', '1014..{20}'), save: 'phone' },
          stk('STK.DDF1', '04DC0204', '$phone', '9000'),
          ...path('DF02'),
          authenticate('RK1.DF02'),
          authenticate('UK1.DF02'),
          send('00A4000002EF05', '9000'),
          { ...send('00B20F0400', '9000', '3728..{40}'), save: 'alert' },
          stk('STK.DF02', '04DC0F04', '$alert', '9000'),
          ...path('DF01'),
          authenticate('RK1.DF01'),
          authenticate('UK1.DF01'),
          send('00A4000002EF05', '9000'),
          { ...send('00B2020400', '9000', '1664..{100}'), save: 'address' },
          stk('STK.DF01', '04DC0204', '$address', '9000'),
        ),
      ].map((made, i) => (i === 3 ? writes(made) : made)),
    );
}

function getDataCases() {
  const data = (id, zh, en, ...steps) => one('ADR-001/GET DATA', `get-data/${id}`, zh, en, ...steps);
  return [
    data(
      'state',
      '状态、主控密钥版本与进度',
      'state, MK version and progress',
      send('80CA010100', '9000', '02..{7}'),
      send('80CA010108', '9000', '02..{7}'),
      send('80CA010107', '6C08'),
    ),
    data('card-factor', '卡片分散因子', 'the card factor', send('80CA010200', '9000', '$cardFactor')),
    data(
      'key-list',
      '密钥列表:目录、标识、版本、余次',
      'key list: directory, id, version, tries left',
      send('80CA010300', '9000', '3F000001..*'),
    ),
    data('product', '产品标识', 'product id', send('80CA010400', '9000', '7268632D626C616E6B2D31')),
    one(
      'ADR-005/GET DATA 0105',
      'get-data/blocks',
      '各应用的锁定状态',
      'which applications are blocked',
      send('80CA010500', '9000', '..{3}'),
      send('80CA010502', '6C03'),
    ),
    data(
      'unknown',
      '未定义的对象',
      'objects that are not defined',
      ...['0000', '0100', '0106', '0201', '9F17'].map((p) => send(`80CA${p}00`, '6A88')),
    ),
    data(
      'anywhere',
      '任何目录下均可',
      'in any directory, without any key',
      ...path('DF03'),
      send('80CA010200', '9000', '$cardFactor'),
    ),
    data(
      'lengths',
      '缺少 Le 或带数据',
      'no Le, or with data',
      send('80CA0102', '6700'),
      send('80CA010201FF00', '6700'),
    ),
  ];
}

function formCases() {
  const form = (id, zh, en, ...steps) => one('ADR-005/Order of checks', `form/${id}`, zh, en, ...steps);
  return [
    form(
      'unknown-class',
      '未知类别 6E00',
      'an unknown class: 6E00',
      ...[
        'A0A40000023F00',
        '10A40000023F00',
        'FFB2010400',
        '80A40000023F00',
        '84B2010400',
        '00440000',
        '80840000 08'.replace(' ', ''),
      ].map((c) => send(c, '6E00')),
    ),
    form(
      'unknown-instruction',
      '未知指令 6D00',
      'an unknown instruction: 6D00',
      ...['00F00000', '04F00000', '80FF0000', '842A0000', '00E40000', '000E0000'].map((c) => send(c, '6D00')),
    ),
    one(
      'FACTS-2.2',
      'form/no-pin',
      '卡上没有 PIN:VERIFY 等指令不存在',
      'no PIN on the card: VERIFY and its kin do not exist',
      ...['0020000003123456', '0024000006123456123456', '002C000003123456', '805E000003123456'].map((c) =>
        send(c, '6D00'),
      ),
    ),
    form(
      'class-04',
      '不支持线路保护的指令 6882',
      'an instruction that knows no class 04: 6882',
      send('04B2010400', '6882'),
      send('04A40000023F00', '6882'),
      send('04D60000 0100'.replace(' ', ''), '6882'),
    ),
    form('lc-too-long', 'Lc 大于数据', 'Lc promises more than there is', send('00A4000003DDF1', '6700')),
    form('lc-too-short', 'Lc 小于数据', 'more follows than Lc says', send('00A4000001DDF1FFFF', '6700')),
    form('extended', '不支持扩展长度', 'extended length is not supported', send('00A40000000002DDF1', '6700')),
    form(
      'parameters-before-length',
      'P1/P2 先于长度检查',
      'P1 P2 are checked before the length',
      send('0084010008', '6A86'),
      send('008201000101', '6A86'),
    ),
    one(
      'FACTS-4.1',
      'reset/atr',
      '复位应答与历史字节',
      'answer to reset and historical bytes',
      { reset: true, atr: '3B8B8001..{12}' },
      send('80CA010200', '9000', '$cardFactor'),
    ),
  ];
}
