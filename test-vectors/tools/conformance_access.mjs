/**
 * Conformance cases of CARD-FACTS 2.1, file by file: who may read, update, erase, and by which transport. The table is
 * typed in here from CARD-FACTS 1.4, 2.1 and 4.2, not read from the profile, so that a slip in the profile is noticed.
 * (Over 300 lines: a list of cases, each by itself.)
 */
import { hex, path, RECORDS, send } from './conformance_steps.mjs';

const TLV = 'tlv';
const CYCLIC = 'cyclic';
const INDEX = 'index';
const BINARY = 'binary';

/** id, structure, read key, update key (null: never), erase key, STK of the update (null: plain). */
const FILES = [
  ['DDF1/EF05', TLV, 'free', null, null, null],
  ['DDF1/EF06', TLV, 'RK1', null, null, null],
  ['DDF1/EF07', BINARY, 'RK1', 'UK1', null, null, 3074],
  ['DDF1/EF08', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF01/EF05', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF01/EF06', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF01/EF07', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF01/EF08', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF02/EF05', TLV, 'RK1', 'UK1', null, 'STK'],
  ['DF02/EF06', TLV, 'RK1', 'UK2', null, 'STK'],
  ['DF02/EF07', CYCLIC, 'RK1', 'UK3', null, 'STK', 120],
  ['DF02/EF08', CYCLIC, 'RK1', 'UK3', null, 'STK', 24],
  ['DF03/EF05', INDEX, 'RK1', 'UK1', 'UK2', 'STK', 3],
  ['DF03/EF06', INDEX, 'RK1', 'UK1', 'UK2', 'STK', 5],
  ...['EE01', 'EE02', 'EE03'].map((fid) => [`DF03/${fid}`, BINARY, 'RK1', 'UK1', null, null, 1893]),
  ...['ED01', 'ED02', 'ED03', 'ED04', 'ED05'].map((fid) => [`DF03/${fid}`, BINARY, 'RK1', 'UK1', null, null, 3267]),
].map(([id, structure, read, update, erase, stk, size]) => ({ id, structure, read, update, erase, stk, size }));

/** Keys that a terminal can authenticate with, by directory (CARD-FACTS 3.1). */
const KEYS = {
  DDF1: ['RK1', 'UK1'],
  DF01: ['RK1', 'UK1', 'LK'],
  DF02: ['RK1', 'UK1', 'UK2', 'UK3', 'LK'],
  DF03: ['RK1', 'UK1', 'UK2', 'LK'],
};
const NEIGHBOUR = { DDF1: 'DF01', DF01: 'DF02', DF02: 'DF03', DF03: 'DF02' };

export function accessCases() {
  return FILES.flatMap((file) => casesOf(describe(file)));
}

/** Everything a case needs of a file, as APDUs. */
function describe(file) {
  const [directory, fid] = file.id.split('/');
  const [tag, length] = RECORDS[file.id]?.[0] ?? [];
  const key = (name) => `${name}.${directory}`;
  const form = {
    [TLV]: () => ({
      read: `00B2${hex(tag)}0000`,
      pattern: `${hex(tag)}${hex(length)}..{${length}}`,
      value: `${hex(tag)}${hex(length)}${'41'.repeat(length)}`,
      header: '04DC0104',
    }),
    [CYCLIC]: () => ({
      read: '00B2010400',
      pattern: `..{${file.size}}`,
      value: '42'.repeat(file.size),
      header: '04DC0003',
    }),
    [INDEX]: () => ({ read: '00B2010400', pattern: '..', value: null, header: '84D20104' }),
    [BINARY]: () => ({ read: '00B0000010', pattern: '..{16}', value: '43'.repeat(16), header: null }),
  }[file.structure]();
  const plain = {
    [TLV]: () => `00DC0104${hex(length + 2)}${form.value}`,
    [CYCLIC]: () => `00DC0003${hex(file.size)}${form.value}`,
    [INDEX]: () => '00DC01040100',
    [BINARY]: () => `00D6000010${form.value}`,
  }[file.structure]();
  return {
    ...file,
    readRule: file.read,
    ...form,
    plain,
    directory,
    fid,
    key,
    clause: `FACTS-2.1/${file.id.replace('/', '-')}`,
  };
}

function casesOf(file) {
  return [
    ...readCases(file),
    ...(file.update === null ? neverCases(file) : updateCases(file)),
    ...(file.erase === null ? [] : eraseCases(file)),
  ].map((one) => ({ clause: file.clause, chip: 'operational', ...one, id: `${file.id}/${one.id}` }));
}

const go = (file) => [...path(file.directory), select(file)];
const select = (file) => send(`00A4000002${file.fid}`, '9000');
const authenticate = (slot, sw = '9000') => ({ authenticate: { slot, version: 1 }, sw });
const refusedRead = (file) => send(file.read, '6982');
const titled = (file, zh, en) => ({ title: { zh: `${file.id}:${zh}`, en: `${file.id}: ${en}` } });

/** The update that the file asks for, by an operational terminal. */
function update(file, sw, extra = {}) {
  if (file.stk === null) return send(file.plain, sw);
  const form = file.structure === INDEX ? 'mac' : 'encipher-and-mac';
  return { protect: { stk: file.key(file.stk), header: file.header, value: file.value, form, ...extra }, sw };
}

function erase(file, sw, extra = {}) {
  return { protect: { stk: file.key('STK'), header: '840C0104', value: null, form: 'mac', ...extra }, sw };
}

function readCases(file) {
  if (file.readRule === 'free') {
    return [
      {
        id: 'read-free',
        ...titled(file, '无需认证即可读', 'read without any key'),
        steps: [...go(file), send(file.read, '9000', file.pattern)],
      },
      {
        id: 'read-free-after-directory-change',
        ...titled(file, '切换目录后仍可自由读', 'still free after a walk through another directory'),
        steps: [...path(NEIGHBOUR[file.directory]), ...go(file), send(file.read, '9000', file.pattern)],
      },
    ];
  }
  const reader = file.key(file.readRule);
  const neighbour = NEIGHBOUR[file.directory];
  const intruders = KEYS[file.directory].filter((name) => name !== file.readRule);
  return [
    {
      id: 'read-without-key',
      ...titled(file, '未认证不可读', 'no key, no read'),
      steps: [...go(file), refusedRead(file)],
    },
    {
      id: 'read-with-read-key',
      ...titled(file, `${reader} 认证后可读`, `read after ${reader}`),
      steps: [...path(file.directory), authenticate(reader), select(file), send(file.read, '9000', file.pattern)],
    },
    ...intruders.map((name) => ({
      id: `read-with-${name}`,
      ...titled(file, `${file.key(name)} 不给予读权限`, `${file.key(name)} gives no right to read`),
      steps: [...path(file.directory), authenticate(file.key(name)), select(file), refusedRead(file)],
    })),
    {
      id: 'read-with-key-of-other-directory',
      ...titled(
        file,
        `在 ${neighbour} 认证的读密钥在此无效`,
        `the read key authenticated in ${neighbour} is worth nothing here`,
      ),
      steps: [...path(neighbour), authenticate(`RK1.${neighbour}`), ...go(file), refusedRead(file)],
    },
    {
      id: 'read-after-directory-reselected',
      ...titled(file, '重选目录后安全状态丢失', 'the state is lost when the directory is selected again'),
      steps: [...path(file.directory), authenticate(reader), ...go(file), refusedRead(file)],
    },
    {
      id: 'read-after-other-directory',
      ...titled(file, '去往其他目录再返回后不可读', 'the state is lost by a walk to another directory and back'),
      steps: [...path(file.directory), authenticate(reader), ...path(neighbour), ...go(file), refusedRead(file)],
    },
    {
      id: 'read-after-reset',
      ...titled(file, '复位后安全状态丢失', 'the state is lost by a reset'),
      steps: [...path(file.directory), authenticate(reader), { reset: true }, ...go(file), refusedRead(file)],
    },
  ];
}

/** Restores what stood there, so that a real card keeps its contents; an append cannot be taken back. */
function updateCases(file) {
  const updater = file.key(file.update);
  const reader = file.key('RK1');
  const others = KEYS[file.directory].filter((name) => name !== file.update);
  const before = { ...send(file.read, '9000', file.pattern), save: 'before' };
  const unchanged = send(file.read, '9000', '$before');
  const both = [...path(file.directory), authenticate(reader), authenticate(updater), select(file)];
  const neighbour = NEIGHBOUR[file.directory];
  const cases = [
    {
      id: 'update-without-key',
      ...titled(file, '未认证不可更新', 'no key, no update'),
      steps: [...go(file), update(file, '6982'), ...(file.stk === null ? [] : [send(file.plain, '6982')])],
    },
    ...others.map((name) => ({
      id: `update-with-${name}`,
      ...titled(file, `${file.key(name)} 不给予更新权限`, `${file.key(name)} gives no right to update`),
      steps: [
        ...path(file.directory),
        authenticate(reader),
        ...(name === 'RK1' ? [] : [authenticate(file.key(name))]),
        select(file),
        before,
        update(file, '6982'),
        unchanged,
      ],
    })),
    {
      id: 'update-with-key-of-other-directory',
      ...titled(
        file,
        `在 ${neighbour} 认证的更新密钥在此无效`,
        `the update keys authenticated in ${neighbour} are worth nothing here`,
      ),
      steps: [
        ...path(neighbour),
        ...KEYS[neighbour].filter((name) => name.startsWith('UK')).map((name) => authenticate(`${name}.${neighbour}`)),
        ...go(file),
        update(file, '6982'),
      ],
    },
    {
      id: 'update-after-directory-reselected',
      ...titled(file, '重选目录后不可更新', 'no update once the directory was selected again'),
      steps: [...path(file.directory), authenticate(updater), ...go(file), update(file, '6982')],
    },
    {
      id: 'update-after-reset',
      ...titled(file, '复位后不可更新', 'no update after a reset'),
      steps: [...path(file.directory), authenticate(updater), { reset: true }, ...go(file), update(file, '6982')],
    },
    {
      id: 'update-with-update-key',
      ...titled(file, `${updater} 认证后可更新,内容随之改变`, `update after ${updater}, and the content is there`),
      consequence: 'writes',
      steps: [...both, before, ...rightUpdate(file)],
    },
  ];
  return file.stk === null ? cases : [...cases, ...protectedCases(file, { both, before, unchanged, updater })];
}

function rightUpdate(file) {
  if (file.structure === INDEX) {
    return [update(file, '9000'), send(file.read, '9000', '00'), ...[2, 3].map((n) => indexFlag(file, n))];
  }
  const written = send(file.read, '9000', file.value);
  if (file.structure === CYCLIC) return [update(file, '9000'), written];
  if (file.structure === BINARY) return [send(file.plain, '9000'), written, { send: '00D6000010$before', sw: '9000' }];
  return [
    update(file, '9000'),
    written,
    { protect: { stk: file.key('STK'), header: file.header, value: '$before', form: 'encipher-and-mac' }, sw: '9000' },
    send(file.read, '9000', '$before'),
  ];
}

const indexFlag = (file, n) => ({
  protect: { stk: file.key('STK'), header: `84D2${hex(n)}04`, value: null, form: 'mac' },
  sw: '9000',
});

function protectedCases(file, { both, before, unchanged, updater }) {
  const foreignStk = `STK.${NEIGHBOUR[file.directory]}`;
  const refusal = (id, zh, en, ...steps) => ({
    id,
    ...titled(file, zh, en),
    steps: [...both, before, ...steps, unchanged],
  });
  const cases = [
    refusal('update-plain', '明文更新被拒', 'a plain update is refused', send(file.plain, '6987')),
    refusal('update-wrong-mac', 'MAC 错误', 'wrong MAC', update(file, '6988', { mac: 'wrong' })),
    refusal('update-without-mac', '缺少 MAC', 'MAC missing', update(file, '6987', { mac: 'absent' })),
    refusal('update-foreign-stk', `以 ${foreignStk} 计算的 MAC`, `MAC made with ${foreignStk}`, {
      ...update(file, '6988', { stk: foreignStk }),
    }),
    refusal(
      'update-mac-of-other-record',
      '挪用另一记录的 MAC',
      'MAC made for another record',
      update(file, '6988', { mac: 'other-record' }),
    ),
    refusal(
      'update-without-challenge',
      '未取随机数',
      'no challenge was asked for',
      update(file, '6984', { challenge: 'none' }),
    ),
    {
      id: 'update-challenge-reused',
      ...titled(file, '一个随机数只服务一条命令', 'one challenge serves one command'),
      consequence: 'writes',
      steps: [
        ...both,
        before,
        file.structure === TLV ? update(file, '9000', { value: '$before' }) : update(file, '9000'),
        file.structure === TLV
          ? update(file, '6984', { value: '$before', challenge: 'kept' })
          : update(file, '6984', { challenge: 'kept' }),
      ],
    },
    refusal(
      'update-challenge-spent-by-refusal',
      '被拒的更新也耗用随机数',
      'a refused update spends its challenge too',
      update(file, '6988', { mac: 'wrong' }),
      update(file, '6984', { challenge: 'kept' }),
    ),
    refusal(
      'update-older-challenge',
      '新随机数取代旧随机数',
      'a newer challenge replaces the older one',
      update(file, '6988', { challenge: 'older' }),
    ),
    {
      id: 'update-stk-version-2',
      ...titled(file, '线路保护密钥第 2 版同样有效', 'version 2 of the STK protects as well'),
      consequence: 'writes',
      steps: [
        ...both,
        before,
        file.structure === TLV
          ? update(file, '9000', { value: '$before', version: 2 })
          : update(file, '9000', { version: 2 }),
      ],
    },
  ];
  if (file.structure === INDEX) {
    return [
      ...cases,
      refusal('update-encipher-and-mac', '以加密方式写索引被拒', 'the index takes no enciphered update', {
        protect: { stk: file.key('STK'), header: '04DC0104', value: '00', form: 'encipher-and-mac' },
        sw: '6985',
      }),
      refusal('update-set-with-data', 'WRITE RECORD 不带数据', 'WRITE RECORD carries no data', {
        protect: { stk: file.key('STK'), header: '84D20104', value: '00', form: 'encipher-and-mac' },
        sw: '6700',
      }),
      ...Array.from({ length: file.size + 1 }, (_, i) => i + 1).map((record) => ({
        id: `update-record-${record}`,
        ...titled(file, `第 ${record} 条标志`, `flag number ${record}`),
        consequence: 'writes',
        steps: [
          ...both,
          {
            protect: { stk: file.key('STK'), header: `84D2${hex(record)}04`, value: null, form: 'mac' },
            sw: record <= file.size ? '9000' : '6A83',
          },
          record <= file.size ? send(`00B2${hex(record)}0400`, '9000', '00') : send(`00B2${hex(record)}0400`, '6A83'),
        ],
      })),
    ];
  }
  return [
    ...cases,
    refusal('update-mac-only', '仅 MAC 而未加密', 'MACed but not enciphered', {
      ...update(file, '6700|6A80', { form: 'mac-over-plain' }),
    }),
    refusal('update-by-write-record', '以 WRITE RECORD 更新', 'updated by WRITE RECORD', {
      protect: { stk: file.key('STK'), header: '84D20104', value: null, form: 'mac' },
      sw: '6981',
    }),
    refusal('update-too-long', '值过长', 'the value is a byte too long', {
      ...update(file, '6700', { value: `${file.value}41` }),
    }),
    refusal('update-too-short', '值过短', 'the value is a byte too short', {
      ...update(file, '6700', { value: file.value.slice(0, -2) }),
    }),
    ...(file.structure === TLV
      ? [
          refusal('update-other-tag', '更换标志', 'another tag', {
            ...update(file, '6A80', { value: `7F${file.value.slice(2)}` }),
          }),
          refusal('update-no-such-record', '记录不存在', 'no such record', {
            ...update(file, '6A83', { header: `04DC${hex(RECORDS[file.id].length + 1)}04` }),
          }),
        ]
      : [
          refusal('update-by-number', '循环文件不可按号更新', 'a cyclic file is not updated by number', {
            ...update(file, '6981', { header: '04DC0104' }),
          }),
        ]),
    { id: 'update-key-version-2', ...titled(file, `${updater} 第 2 版`, `${updater} version 2`), ...versionTwo(file) },
  ];
}

function versionTwo(file) {
  return {
    consequence: 'writes',
    steps: [
      ...path(file.directory),
      authenticate(file.key('RK1')),
      { authenticate: { slot: file.key(file.update), version: 2 }, sw: '9000' },
      select(file),
      { ...send(file.read, '9000', file.pattern), save: 'before' },
      file.structure === TLV ? update(file, '9000', { value: '$before' }) : update(file, '9000'),
    ],
  };
}

function neverCases(file) {
  const all = KEYS[file.directory].map((name) => authenticate(file.key(name)));
  const reads = file.id === 'DDF1/EF05' ? '9000' : '6982';
  const enciphered = {
    protect: { stk: file.key('STK'), header: '04DC0104', value: file.value, form: 'encipher-and-mac' },
    sw: '6982',
  };
  return [
    {
      id: 'never-updated-without-key',
      ...titled(file, '未认证不可改写', 'never rewritten without a key'),
      steps: [...go(file), send(file.plain, '6982'), enciphered],
    },
    {
      id: 'never-updated-with-every-key',
      ...titled(file, '全部密钥认证后仍不可改写', 'never rewritten, even with every key of the directory'),
      steps: [
        ...path(file.directory),
        ...all,
        select(file),
        { ...send(file.read, '9000', file.pattern), save: 'before' },
        send(file.plain, '6982'),
        enciphered,
        { protect: { stk: file.key('STK'), header: '84D20104', value: null, form: 'mac' }, sw: '6981' },
        { protect: { stk: file.key('STK'), header: '840C0104', value: null, form: 'mac' }, sw: '6981' },
        send('00D6000001FF', '6981'),
        send(file.read, '9000', '$before'),
      ],
    },
    {
      id: 'never-updated-with-master-key',
      ...titled(file, '主控密钥认证后仍不可改写', 'never rewritten in operation, not even with MK'),
      steps: [
        send('00A40000023F00', '9000'),
        { openChannel: { slot: 'MK.MF', version: 1 }, sw: '9000' },
        ...go(file),
        send(file.read, reads, reads === '9000' ? file.pattern : ''),
        send(file.plain, '6985'),
        enciphered,
      ],
    },
  ];
}

function eraseCases(file) {
  const eraser = file.key(file.erase);
  const reader = file.key('RK1');
  const set = file.key(file.update);
  const others = KEYS[file.directory].filter((name) => name !== file.erase);
  const read = (value) => send(file.read, '9000', value);
  const before = { ...send(file.read, '9000', file.pattern), save: 'before' };
  return [
    {
      id: 'erase-without-key',
      ...titled(file, '未认证不可擦除', 'no key, no erasure'),
      steps: [...go(file), erase(file, '6982')],
    },
    ...others.map((name) => ({
      id: `erase-with-${name}`,
      ...titled(file, `${file.key(name)} 不给予擦除权限`, `${file.key(name)} gives no right to erase`),
      steps: [
        ...path(file.directory),
        authenticate(reader),
        ...(name === 'RK1' ? [] : [authenticate(file.key(name))]),
        select(file),
        before,
        erase(file, '6982'),
        read('$before'),
      ],
    })),
    {
      id: 'erase-with-erase-key',
      ...titled(file, `置位 00(${set}),擦除为 FF(${eraser})`, `set to 00 by ${set}, erased to FF by ${eraser}`),
      consequence: 'writes',
      steps: [
        ...path(file.directory),
        authenticate(reader),
        authenticate(set),
        authenticate(eraser),
        select(file),
        update(file, '9000'),
        read('00'),
        erase(file, '6988', { mac: 'wrong' }),
        read('00'),
        erase(file, '6987', { mac: 'absent' }),
        erase(file, '6984', { challenge: 'none' }),
        read('00'),
        erase(file, '9000'),
        read('FF'),
      ],
    },
    {
      id: 'erase-state-lost',
      ...titled(file, '复位与重选目录后不可擦除', 'no erasure after a reset or once the directory was selected again'),
      steps: [
        ...path(file.directory),
        authenticate(eraser),
        ...go(file),
        erase(file, '6982'),
        ...path(file.directory),
        authenticate(eraser),
        { reset: true },
        ...go(file),
        erase(file, '6982'),
      ],
    },
  ];
}
