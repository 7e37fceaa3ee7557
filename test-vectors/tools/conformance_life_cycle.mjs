/**
 * Conformance cases of chip states, personalization, block, unblock and re-key (ADR 001, 005).
 * (Over 300 lines: a list of cases, each by itself.)
 */
import { path, send } from './conformance_steps.mjs';

const auth = (slot, sw = '9000', extra = {}) => ({ authenticate: { slot, version: 1, ...extra }, sw });
const open = (slot = 'TMK', version = 0, sw = '9000', extra = {}) => ({ openChannel: { slot, version, ...extra }, sw });
const key = (slot, version, sw = '9000', extra = {}) => ({ writeKey: { slot, version, ...extra }, sw });
const retire = (slot, version, sw = '9000', extra = {}) => ({ retireKey: { slot, version, ...extra }, sw });
const end = (digest, sw) => ({ end: { digest }, sw });
const secured = (header, data, sw, extra = {}) => ({ secured: { header, data, ...extra }, sw });
const macOnly = (stk, header, sw, extra = {}) => ({ protect: { stk, header, value: null, form: 'mac', ...extra }, sw });
const state = (pattern) => send('80CA010100', '9000', pattern);
const MF = path('MF');

const made = (clause, chip, id, zh, en, ...steps) => ({
  id,
  clause,
  chip,
  consequence: 'irreversible',
  title: { zh, en },
  steps,
});
const blank = (clause, id, ...rest) => made(clause, 'blank', `personalization/${id}`, ...rest);
const loaded = (clause, id, ...rest) => made(clause, 'loaded', `personalization/${id}`, ...rest);
const operational = (clause, id, ...rest) => made(clause, 'operational', id, ...rest);

const CREATE_DDF1 = '80E000001582013883 02DDF1840C57532E5359532E4444463031'.replace(' ', '');
/** DDF1/EF05 with two records only: 01 (1 byte) and 39 (3 bytes); free read, never updated. */
const CREATE_EF05 = '80E000001C8201058302EF0585020200860201018602390387010088 01FF8A020000'.replace(' ', '');
const fixLc = (apdu) => {
  const data = apdu.slice(10);
  return apdu.slice(0, 8) + (data.length / 2).toString(16).toUpperCase().padStart(2, '0') + data;
};
const ddf1 = send(fixLc(CREATE_DDF1), '9000');
const ef05 = send(fixLc(CREATE_EF05), '9000');

export function lifeCycleCases() {
  return [
    ...gateCases(),
    ...channelCases(),
    ...createCases(),
    ...keyCases(),
    ...endCases(),
    ...lockCases(),
    ...rekeyCases(),
  ];
}

function gateCases() {
  const gates = [
    send(fixLc(CREATE_DDF1), '6982'),
    send(`84D4010034${'00'.repeat(52)}`, '6982'),
    send(`84D4020014${'00'.repeat(20)}`, '6982'),
    send(`8444000024${'00'.repeat(36)}`, '6982'),
  ];
  return [
    blank(
      'CARD.md/chip states',
      'blank-gates',
      '空白卡:未打开通道时一律拒绝',
      'a blank refuses everything without the channel',
      state('0000..{6}'),
      ...gates,
      state('0000..{6}'),
    ),
    made(
      'CARD.md/chip states',
      'operational',
      'operational/gates',
      '运行态:未打开通道时一律拒绝',
      'in operation everything of personalization is refused without the channel',
      ...gates,
    ),
    loaded(
      'ADR-001/Personalization channel',
      'loaded-gates',
      '个人化态:未打开通道时拒绝明文写,读按文件规则',
      'in personalization without the channel: no plain write, reads by the rules of the file',
      ...path('DDF1'),
      send('00A4000002EF05', '9000'),
      send('00DC010403010131', '6982'),
      send('00B2390000', '9000', '3903..{3}'),
      send('00A4000002EF06', '9000'),
      send('00B20B0000', '6982'),
      send('00A4000002EF07', '9000'),
      send('00D600000100', '6982'),
    ),
    loaded(
      'ADR-001/Data',
      'loaded-with-channel',
      '通道打开后可明文读写全部文件',
      'with the channel every file is read and written plainly',
      ...MF,
      open('MK.MF', 1),
      ...path('DDF1'),
      send('00A4000002EF06', '9000'),
      send('00B20C0000', '9000', '0C01..'),
      send('00DC0204030C0132', '9000'),
      send('00B20C0000', '9000', '0C0132'),
      send('00A4000002EF05', '9000'),
      send('00DC010403010131', '9000'),
      ...path('DF03'),
      send('00A4000002EF05', '9000'),
      send('00DC01040100', '9000'),
      send('00B2010400', '9000', '00'),
    ),
    loaded(
      'ADR-001/Protected update',
      'loaded-no-protected-update',
      '个人化态不接受线路保护更新',
      'no protected update before the card is in operation',
      ...path('DF01'),
      auth('UK1.DF01'),
      send('00A4000002EF05', '9000'),
      { protect: { stk: 'STK.DF01', header: '04DC0104', value: '150131', form: 'encipher-and-mac' }, sw: '6985' },
    ),
    operational(
      'CARD.md/chip states',
      'operational/one-way',
      '运行态不可退回:主控密钥也不能建文件、明文写或再次结束',
      'there is no way back: not even MK creates files, writes plainly or ends again',
      ...MF,
      open('MK.MF', 1),
      send(fixLc('80E0000000820138 8302DDF2'.replace(' ', '')), '6985'),
      ...path('DDF1'),
      send('00A4000002EF06', '9000'),
      send('00DC0204030C0131', '6985'),
      send('00B20C0000', '6982'),
      secured('84440000', '00'.repeat(32), '6985'),
      state('02..{7}'),
    ),
  ];
}

function channelCases() {
  const channel = (id, ...rest) => blank('ADR-001/Personalization channel', id, ...rest);
  return [
    channel(
      'transport-key',
      '运输密钥打开通道;错误密钥计数且不打开',
      'the transport key opens the channel; a wrong one is counted and opens nothing',
      open('TMK', 0),
      open('TMK', 0, '63CE', { tamper: true }),
      send(fixLc(CREATE_DDF1), '6982'),
      open('TMK', 0),
      ddf1,
    ),
    channel(
      'state-moves-with-first-change',
      '首次改动使空白卡进入个人化态',
      'the first change moves the blank to personalization',
      open('TMK', 0),
      state('00..{7}'),
      ddf1,
      state('0100..{6}'),
    ),
    channel(
      'ends-with-reset',
      '复位结束通道',
      'a reset ends it',
      open('TMK', 0),
      { reset: true },
      send(fixLc(CREATE_DDF1), '6982'),
    ),
    channel(
      'ends-with-wrong-mac',
      'MAC 错误结束通道',
      'a wrong MAC ends it',
      open('TMK', 0),
      key('BK.MF', 1, '6988', { mac: 'wrong' }),
      send(fixLc(CREATE_DDF1), '6982'),
      key('BK.MF', 1, '6982'),
    ),
    channel(
      'ends-with-another-authentication',
      '再次主控认证失败结束通道',
      'another MK authentication, failed, ends it',
      open('TMK', 0),
      ddf1,
      open('TMK', 0, '63CE', { tamper: true }),
      key('BK.MF', 1, '6982'),
    ),
    channel(
      'survives-other-key',
      '其他密钥认证失败不结束通道',
      'a failure of another key does not end it',
      open('TMK', 0),
      key('BK.MF', 1),
      auth('BK.MF', '63CE', { tamper: true }),
      key('BK.MF', 2),
    ),
    channel(
      'survives-select',
      '选择目录不结束通道',
      'it holds whatever directory is selected',
      open('TMK', 0),
      ddf1,
      ...path('DDF1'),
      key('RK1.DDF1', 1),
      ...MF,
      key('BK.MF', 1),
    ),
    channel(
      'mac-chain',
      'MAC 链:重放上一命令被拒',
      'the MACs are chained: the command before is not taken twice',
      open('TMK', 0),
      key('BK.MF', 1),
      key('BK.MF', 2),
      key('BK.MF', 2, '6988', { mac: 'replay' }),
    ),
    channel(
      'mac-chain-order',
      'MAC 链:以零 IV 计算的第二条命令被拒',
      'the MACs are chained: a second command with IV zero is refused',
      open('TMK', 0),
      key('BK.MF', 1),
      key('BK.MF', 2, '6988', { mac: 'iv-zero' }),
    ),
    channel(
      'single-use-challenge',
      '同一随机数不能再开通道',
      'one challenge opens one channel',
      open('TMK', 0),
      open('TMK', 0, '6984', { challenge: 'kept' }),
    ),
  ];
}

function createCases() {
  const create = (id, ...rest) => blank('ADR-001/CREATE FILE', id, ...rest);
  const file = (tlvs) => fixLc(`80E0000000${tlvs}`);
  return [
    create(
      'create-idempotent',
      '相同描述再建无改动;不同描述 6A89',
      'the same descriptor again changes nothing, another answers 6A89',
      open(),
      ddf1,
      { ...state('01..{7}'), save: 'progress' },
      ddf1,
      send('80CA010100', '9000', '$progress'),
      send(file('8201388302DDF1'), '6A89'),
      ...path('DDF1'),
      ef05,
      ef05,
      send(file('8201018302EF0580020010870100880100'), '6A89'),
    ),
    create(
      'create-name-taken',
      '名称已被占用',
      'a name that is taken',
      open(),
      ddf1,
      send(file('8201388302DDF2840C57532E5359532E4444463031'), '6A89'),
    ),
    create(
      'create-bad-descriptor',
      '描述错误 6A80',
      'a bad descriptor: 6A80',
      open(),
      ...[
        '8201998302DDF2',
        '820138',
        '8201388303DDF201',
        '82013883023F00',
        '8201388302DDF28F00',
        '8201018302EF0187010088 0100'.replace(' ', ''),
        '8201018302EF0180020000870100880100',
        '8201018302EF018002001087014F',
        '8201018302EF0180020010870190880100',
        '8201058302EF0185020200860201018602010287010088 0100'.replace(' ', ''),
        '8201068302EF018502000087010088 0100'.replace(' ', ''),
        '8201018302EF01800200108701008801008A020300',
      ].map((tlvs) => send(file(tlvs), '6A80')),
    ),
    create(
      'create-no-space',
      '空间不足 6A84',
      'no space: 6A84',
      open(),
      send(file('8201018302EF0180027000870100880100'), '9000'),
      send(file('8201018302EF0280027000870100880100'), '6A84'),
    ),
    create(
      'create-parameters',
      'P1/P2 与长度',
      'P1 P2 and lengths',
      open(),
      send('80E00100078201388302DDF2', '6A86'),
      send('80E00000', '6700'),
    ),
    create(
      'created-contents',
      '建后内容:TLV 为零,透明为零,定长 FF,循环无记录',
      'contents after creation: TLV zeros, transparent zeros, fixed FF, cyclic no record',
      open(),
      send(file('8201058302EF0185020100860207048701008801FF'), '9000'),
      send(file('8201018302EF0280020003870100880100'), '9000'),
      send(file('8201028302EF0385020201870100880100'), '9000'),
      send(file('8201068302EF0485020304870100880100'), '9000'),
      send('00A4000002EF01', '9000'),
      send('00B2070000', '9000', '070400000000'),
      send('00A4000002EF02', '9000'),
      send('00B0000000', '9000', '000000'),
      send('00A4000002EF03', '9000'),
      send('00B2020400', '9000', 'FF'),
      send('00A4000002EF04', '9000'),
      send('00B2010400', '6A83'),
      send('00DC00030401020304', '9000'),
      send('00B2010400', '9000', '01020304'),
    ),
  ];
}

function keyCases() {
  const write = (id, ...rest) => blank('ADR-001/WRITE KEY', id, ...rest);
  return [
    write(
      'master-key-replaces-transport-key',
      '写入 MK 即擦除运输密钥,已开通道继续',
      'MK erases the transport key; the open channel goes on',
      open(),
      key('MK.MF', 1),
      state('0101..{6}'),
      key('BK.MF', 1),
      open('TMK', 0, '6A88'),
      open('MK.MF', 1),
      key('BK.MF', 1),
    ),
    write(
      'write-key-idempotent',
      '同值再写 9000 且无改动',
      'the same value again is accepted and changes nothing',
      open(),
      key('BK.MF', 1),
      { ...state('..{8}'), save: 'progress' },
      key('BK.MF', 1),
      send('80CA010100', '9000', '$progress'),
    ),
    write(
      'write-key-overwritten',
      '个人化态可覆盖某一版本',
      'in personalization a version may be overwritten',
      open(),
      key('BK.MF', 1, '9000', { valueFrom: { slot: 'BK.MF', version: 9 } }),
      auth('BK.MF', '9000', { valueFrom: { slot: 'BK.MF', version: 9 } }),
      key('BK.MF', 1),
      auth('BK.MF'),
    ),
    write(
      'write-key-fourth-version',
      '第四个版本 6A84',
      'a fourth version: 6A84',
      open(),
      key('BK.MF', 1),
      key('BK.MF', 2),
      key('BK.MF', 3),
      key('BK.MF', 4, '6A84'),
      auth('BK.MF', '6A88', { version: 4 }),
      auth('BK.MF', '9000', { version: 3 }),
    ),
    write(
      'write-key-bad-block',
      '密钥块格式错误 6A80',
      'a malformed key block: 6A80',
      open(),
      ...[
        '1E39004001010F',
        '1F39004000010F',
        '1F39004001090F',
        '1F390040010100',
        '1F390040010110',
        '1F39004001010F01',
      ].map((first) =>
        secured('84D40102', `${first.padEnd(32, '0')}${'11'.repeat(16)}80${'00'.repeat(15)}`, '6A80', {
          encipher: true,
        }),
      ),
      secured('84D40102', `1F39004001010F${'00'.repeat(9)}${'11'.repeat(16)}81${'00'.repeat(15)}`, '6A80', {
        encipher: true,
      }),
      auth('BK.MF', '6A88'),
    ),
    write(
      'write-key-forms',
      'P1、KID 与长度',
      'P1, KID and lengths',
      open(),
      send(`84D4000034${'00'.repeat(52)}`, '6A86'),
      send(`84D4010834${'00'.repeat(52)}`, '6A86'),
      send(`84D4010033${'00'.repeat(51)}`, '6700'),
      send('84D40100', '6700'),
    ),
    made(
      'ADR-005/Tries after WRITE KEY',
      'loaded',
      'personalization/tries-refilled',
      '重写密钥使余次恢复',
      'writing a key again sets its tries back',
      ...path('DDF1'),
      auth('RK1.DDF1', '63CE', { tamper: true }),
      auth('RK1.DDF1', '63CD', { tamper: true }),
      ...MF,
      open('MK.MF', 1),
      ...path('DDF1'),
      key('RK1.DDF1', 1),
      auth('RK1.DDF1', '63CE', { tamper: true }),
    ),
    loaded(
      'ADR-005/Re-key',
      'no-retire',
      '个人化态不可停用密钥',
      'no key is retired before the card is in operation',
      ...MF,
      open('MK.MF', 1),
      retire('BK.MF', 1, '6985'),
    ),
  ];
}

function endCases() {
  const ended = (id, ...rest) => loaded('ADR-001/END PERSONALIZATION', id, ...rest);
  return [
    ended(
      'end',
      '摘要一致则进入运行态,通道关闭,访问规则生效',
      'an equal digest ends it: operational, the channel closed, the rules in force',
      ...MF,
      open('MK.MF', 1),
      end('right', '9000'),
      state('02..{7}'),
      key('BK.MF', 1, '6982'),
      ...path('DDF1'),
      send('00A4000002EF06', '9000'),
      send('00B20B0000', '6982'),
      auth('RK1.DDF1'),
      send('00A4000002EF06', '9000'),
      send('00B20B0000', '9000', '0B1E..{30}'),
    ),
    ended(
      'end-wrong-digest',
      '摘要不符 6A80 且状态不变',
      'another digest: 6A80, and nothing changes',
      ...MF,
      open('MK.MF', 1),
      end('wrong', '6A80'),
      state('01..{7}'),
      end('right', '9000'),
      state('02..{7}'),
    ),
    ended(
      'end-after-change',
      '摘要涵盖文件内容:改动后旧摘要无效',
      'the digest covers the contents: after a change the old one is worth nothing',
      ...MF,
      open('MK.MF', 1),
      { digest: true, save: 'digest' },
      ...path('DDF1'),
      send('00A4000002EF06', '9000'),
      { ...send('00B20C0000', '9000', '0C01..'), save: 'before' },
      send('00DC0204030C0139', '9000'),
      secured('84440000', '$digest', '6A80'),
      { send: '00DC020403$before', sw: '9000' },
      secured('84440000', '$digest', '9000'),
    ),
    ended(
      'end-wrong-mac',
      'MAC 错误 6988,通道关闭',
      'a wrong MAC: 6988, the channel is closed',
      ...MF,
      open('MK.MF', 1),
      secured('84440000', '00'.repeat(32), '6988', { mac: 'wrong' }),
      end('right', '6982'),
    ),
    ended(
      'end-forms',
      'P1/P2 与长度',
      'P1 P2 and lengths',
      ...MF,
      open('MK.MF', 1),
      send(`8444010024${'00'.repeat(36)}`, '6A86'),
      send(`8444000023${'00'.repeat(35)}`, '6700'),
      send('84440000', '6700'),
    ),
    blank(
      'ADR-001/END PERSONALIZATION',
      'end-before-master-key',
      '未写入 MK 不得结束',
      'not before MK is loaded: 6985',
      open(),
      ddf1,
      end('right', '6985'),
      state('0100..{6}'),
      key('MK.MF', 1),
      end('right', '9000'),
      state('0201..{6}'),
    ),
    blank(
      'ADR-001/END PERSONALIZATION',
      'smallest-card',
      '最小卡:一个目录、一个文件、一把密钥',
      'the smallest card: one directory, one file, one key',
      open(),
      key('MK.MF', 1),
      ddf1,
      ...path('DDF1'),
      ef05,
      send('00A4000002EF05', '9000'),
      send('00DC010403010131', '9000'),
      send('00DC0204053903130100', '9000'),
      end('right', '9000'),
      ...path('DDF1'),
      send('00A4000002EF05', '9000'),
      send('00B2390000', '9000', '3903130100'),
      send('00DC010403010132', '6982'),
    ),
    loaded(
      'ADR-001/Personalization channel',
      'end-without-channel',
      '未打开通道不得结束',
      'not without the channel',
      send(`8444000024${'00'.repeat(36)}`, '6982'),
    ),
  ];
}

function lockCases() {
  const block = (id, ...rest) => operational('ADR-005/MAC-only commands', `block/${id}`, ...rest);
  const blocks = { DF01: '010000', DF02: '000100', DF03: '000001' };
  const forEver = { DF01: '020000', DF02: '000200', DF03: '000002' };
  const neighbour = { DF01: 'DF02', DF02: 'DF03', DF03: 'DF01' };
  const perApplication = Object.keys(blocks).flatMap((df) => {
    const lock = `LK.${df}`;
    const stk = `STK.${df}`;
    const readKey = `RK1.${df}`;
    const select = send(`00A4000002${df}`, '6283');
    return [
      operational(
        'FACTS-4.3/APPLICATION BLOCK',
        `block/${df}/blocked`,
        `${df} 锁定后只应答解锁所需命令`,
        `${df} blocked: only what unlocking needs is answered`,
        ...path(df),
        auth(lock),
        macOnly(stk, '841E0000', '9000'),
        send('80CA010500', '9000', blocks[df]),
        ...path(neighbour[df]),
        select,
        auth(readKey, '6A81'),
        send('00A4000002EF05', '6A81'),
        send('00B2010400', '6A81'),
        send('00B0000001', '6A81'),
        send('00D600000100', '6A81'),
        send(`0088000011${'00'.repeat(16)}0108`, '6A81'),
        macOnly(stk, '84D20104', '6A81'),
        ...path(neighbour[df]),
        auth(`RK1.${neighbour[df]}`),
      ),
      operational(
        'FACTS-4.3/APPLICATION UNBLOCK',
        `block/${df}/unblocked`,
        `${df} 解锁后恢复如前`,
        `${df} unblocked: as before`,
        ...path(df),
        auth(lock),
        macOnly(stk, '841E0000', '9000'),
        { reset: true },
        send('00A4000002DDF1', '9000'),
        select,
        macOnly(stk, '84180000', '6982'),
        auth(lock),
        macOnly(stk, '84180000', '6988', { mac: 'wrong' }),
        macOnly(stk, '84180000', '9000'),
        macOnly(stk, '84180000', '9000'),
        send('80CA010500', '9000', '000000'),
        ...path(df),
        auth(readKey),
        send('00A4000002EF05', '9000'),
        send('00B2010400', '9000', '*'),
      ),
      operational(
        'FACTS-4.3/APPLICATION BLOCK',
        `block/${df}/for-ever`,
        `${df} 永久锁定`,
        `${df} blocked for ever`,
        ...path(df),
        auth(lock),
        macOnly(stk, '841E0001', '9000'),
        macOnly(stk, '841E0000', '9000'),
        macOnly(stk, '84180000', '9303'),
        send('80CA010500', '9000', forEver[df]),
        ...path(neighbour[df]),
        send(`00A4000002${df}`, '9303'),
        send('00A4000002EF05', '9000'),
        { reset: true },
        send('00A4000002DDF1', '9000'),
        send(`00A4000002${df}`, '9303'),
      ),
      ...['RK1', 'UK1'].map((name) =>
        operational(
          'FACTS-4.3/APPLICATION BLOCK',
          `block/${df}/with-${name}`,
          `${name}.${df} 不给予锁定权限`,
          `${name}.${df} gives no right to block`,
          ...path(df),
          auth(`${name}.${df}`),
          macOnly(stk, '841E0000', '6982'),
          send('80CA010500', '9000', '000000'),
        ),
      ),
      operational(
        'FACTS-4.3/APPLICATION BLOCK',
        `block/${df}/lost-state`,
        `复位与重选后 ${lock} 失效`,
        `${lock} is lost by reset and by selecting again`,
        ...path(df),
        auth(lock),
        ...path(df),
        macOnly(stk, '841E0000', '6982'),
        auth(lock),
        { reset: true },
        ...path(df),
        macOnly(stk, '841E0000', '6982'),
      ),
    ];
  });
  const df01 = [...path('DF01'), auth('LK.DF01')];
  return [
    ...perApplication,
    block(
      'repeated',
      '重复锁定无改动',
      'blocking what is blocked changes nothing',
      ...df01,
      macOnly('STK.DF01', '841E0000', '9000'),
      { ...state('..{8}'), save: 'progress' },
      macOnly('STK.DF01', '841E0000', '9000'),
      send('80CA010100', '9000', '$progress'),
    ),
    block(
      'fci',
      '已锁定目录按名称选择:61xx,取应答以 6283 结束',
      'a blocked DF by name: 61xx, and GET RESPONSE ends in 6283',
      ...df01,
      macOnly('STK.DF01', '841E0000', '9000'),
      send('00A4000002DF0100', '6283', '6F0C84069156000132008302DF01'),
      send('00A4040006915600013200', '610E'),
      send('00C000000E', '6283', '6F0C84069156000132008302DF01'),
    ),
    block(
      'faults',
      '缺 MAC、错 MAC、无随机数、P1/P2',
      'no MAC, wrong MAC, no challenge, P1 P2',
      ...df01,
      macOnly('STK.DF01', '841E0000', '6987', { mac: 'absent' }),
      macOnly('STK.DF01', '841E0000', '6988', { mac: 'wrong' }),
      macOnly('STK.DF01', '841E0000', '6984', { challenge: 'none' }),
      macOnly('STK.DF01', '841E0002', '6A86'),
      macOnly('STK.DF01', '841E0100', '6A86'),
      macOnly('STK.DF01', '84180001', '6A86'),
      macOnly('STK.DF02', '841E0000', '6988'),
      { protect: { stk: 'STK.DF01', header: '841E0000', value: '00', form: 'encipher-and-mac' }, sw: '6700' },
      send('80CA010500', '9000', '000000'),
    ),
    block(
      'mac-of-other-form',
      '两种形式的 MAC 不可互换',
      'the MAC of one form does not serve the other',
      ...df01,
      macOnly('STK.DF01', '841E0000', '6988', { macHeader: '841E0001' }),
      macOnly('STK.DF01', '841E0001', '6988', { macHeader: '841E0000' }),
      macOnly('STK.DF01', '84180000', '6988', { macHeader: '841E0000' }),
    ),
    block(
      'stk-version-2',
      'STK 第 2 版同样有效',
      'version 2 of the STK serves too',
      ...df01,
      macOnly('STK.DF01', '841E0000', '9000', { version: 2 }),
      send('80CA010500', '9000', '010000'),
    ),
    block(
      'wrong-directory',
      '只在 DF01–DF03 中有效',
      'only in DF01–DF03',
      ...MF,
      macOnly('STK.MF', '841E0000', '6985'),
      ...path('DDF1'),
      macOnly('STK.DDF1', '841E0000', '6985'),
      macOnly('STK.DDF1', '84180000', '6985'),
    ),
    loaded(
      'ADR-005/MAC-only commands',
      'no-block',
      '个人化态不可锁定',
      'nothing is blocked before the card is in operation',
      ...path('DF01'),
      auth('LK.DF01'),
      macOnly('STK.DF01', '841E0000', '6985'),
      ...MF,
      macOnly('STK.MF', '84160000', '6985'),
    ),
    operational(
      'FACTS-4.3/CARD BLOCK',
      'card-block/blocked',
      '卡片锁定:只应答 GET DATA,不可恢复',
      'a blocked card answers GET DATA and nothing else, for ever',
      ...MF,
      auth('BK.MF'),
      macOnly('STK.MF', '84160000', '9000'),
      state('03..{7}'),
      send('00A40000023F00', '6A81'),
      send('00A4000002DDF1', '6A81'),
      send('0084000008', '6A81'),
      send('00B2010400', '6A81'),
      send(`0082000211${'00'.repeat(17)}`, '6A81'),
      send(fixLc(CREATE_DDF1), '6A81'),
      { reset: true },
      send('00A4000002DDF1', '6A81'),
      state('03..{7}'),
      send('80CA010200', '9000', '$cardFactor'),
    ),
    operational(
      'FACTS-4.3/CARD BLOCK',
      'card-block/refused',
      '无 BK、错 MAC、目录不符均不锁定',
      'without BK, with a wrong MAC, in another directory: not blocked',
      ...MF,
      macOnly('STK.MF', '84160000', '6982'),
      auth('BK.MF'),
      macOnly('STK.MF', '84160000', '6988', { mac: 'wrong' }),
      macOnly('STK.MF', '84160000', '6987', { mac: 'absent' }),
      macOnly('STK.MF', '84160000', '6984', { challenge: 'none' }),
      macOnly('STK.MF', '84160001', '6A86'),
      ...path('DF01'),
      auth('LK.DF01'),
      macOnly('STK.DF01', '84160000', '6985'),
      state('02..{7}'),
    ),
    operational(
      'FACTS-4.3/CARD BLOCK',
      'card-block/state-lost',
      '复位后 BK 失效',
      'BK is lost by a reset',
      ...MF,
      auth('BK.MF'),
      { reset: true },
      macOnly('STK.MF', '84160000', '6982'),
      state('02..{7}'),
    ),
  ];
}

const SLOTS = [
  'MK.MF',
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

function rekeyCases() {
  const rekey = (id, ...rest) => operational('ADR-005/Re-key', `rekey/${id}`, ...rest);
  const channel = [...MF, open('MK.MF', 1)];
  const ddf1Key = [...channel, ...path('DDF1')];
  return [
    ...SLOTS.map((slot) =>
      rekey(
        slot,
        `${slot}:写入第 3 版、验证、停用第 1 版`,
        `${slot}: version 3 prepared, verified, version 1 retired`,
        ...channel,
        ...path(slot.split('.')[1]),
        key(slot, 3),
        key(slot, 3),
        ...verify(slot, 3),
        retire(slot, 1),
        retire(slot, 1),
        ...verify(slot, 3),
        ...gone(slot, 1),
      ),
    ),
    rekey(
      'never-overwritten',
      '使用中的密钥不可覆盖',
      'a key in use is never overwritten',
      ...ddf1Key,
      key('RK1.DDF1', 1),
      key('RK1.DDF1', 1, '6985', { valueFrom: { slot: 'RK1.DDF1', version: 9 } }),
      auth('RK1.DDF1'),
      key('RK1.DDF1', 3),
      key('RK1.DDF1', 3, '6985', { valueFrom: { slot: 'RK1.DDF1', version: 9 } }),
      auth('RK1.DDF1', '9000', { version: 3 }),
    ),
    rekey(
      'fourth-version',
      '第四个版本 6A84',
      'a fourth version: 6A84',
      ...ddf1Key,
      key('RK1.DDF1', 3),
      key('RK1.DDF1', 4, '6A84'),
      auth('RK1.DDF1', '6A88', { version: 4 }),
    ),
    rekey(
      'last-version',
      '最后一个版本不可停用',
      'the last version is never retired',
      ...ddf1Key,
      retire('RK1.DDF1', 1),
      retire('RK1.DDF1', 2, '6985'),
      auth('RK1.DDF1', '9000', { version: 2 }),
    ),
    rekey(
      'retire-unknown',
      '不存在的版本 9000;不存在的密钥 6A88',
      'a version that is not there 9000, a slot that is not there 6A88',
      ...ddf1Key,
      retire('RK1.DDF1', 7),
      retire('RK1.DDF1', 1, '6A88', { kid: '07' }),
      auth('RK1.DDF1'),
    ),
    rekey(
      'retire-malformed',
      '停用数据错误 6A80',
      'malformed data: 6A80',
      ...ddf1Key,
      ...['0201', '00'].map((plain) => retire('RK1.DDF1', 1, '6A80', { plain })),
      auth('RK1.DDF1'),
    ),
    rekey(
      'retire-wrong-mac',
      'MAC 错误 6988,通道关闭',
      'a wrong MAC: 6988, the channel is closed',
      ...ddf1Key,
      retire('RK1.DDF1', 1, '6988', { mac: 'wrong' }),
      retire('RK1.DDF1', 1, '6982'),
      auth('RK1.DDF1'),
    ),
    rekey(
      'needs-channel',
      '只有 MK 打开的通道可换钥',
      'only the channel of MK re-keys',
      ...path('DDF1'),
      auth('RK1.DDF1'),
      auth('UK1.DDF1'),
      send(`84D4010434${'00'.repeat(52)}`, '6982'),
      send(`84D4020414${'00'.repeat(20)}`, '6982'),
    ),
    rekey(
      'master-key-version-2',
      '以 MK 第 2 版打开通道',
      'version 2 of MK opens the channel too',
      ...MF,
      open('MK.MF', 2),
      ...path('DDF1'),
      key('RK1.DDF1', 3),
    ),
    operational(
      'ADR-005/Tries after WRITE KEY',
      'rekey/tries-refilled',
      '重写同值使余次恢复',
      'writing the same value sets the tries back',
      ...path('DDF1'),
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '63CE', { tamper: true }),
      ...channel,
      ...path('DDF1'),
      key('RK1.DDF1', 1),
      auth('RK1.DDF1', '63CE', { tamper: true }),
    ),
    rekey(
      'channel-opens-nothing-else',
      '换钥通道不给予其他权限',
      'the re-key channel opens nothing else',
      ...ddf1Key,
      send('00A4000002EF07', '9000'),
      send('00B0000001', '6982'),
      send('00D600000100', '6985'),
      auth('UK1.DDF1'),
      auth('RK1.DDF1'),
      send('00A4000002EF07', '9000'),
      { ...send('00B0000001', '9000', '..'), save: 'before' },
      { send: '00D6000001$before', sw: '9000' },
    ),
    rekey(
      'in-blocked-application',
      '已锁定应用中不可换钥',
      'no re-key in a blocked application',
      ...path('DF01'),
      auth('LK.DF01'),
      macOnly('STK.DF01', '841E0000', '9000'),
      ...channel,
      send('00A4000002DDF1', '9000'),
      send('00A4000002DF01', '6283'),
      key('RK1.DF01', 3, '6A81'),
    ),
  ];
}

/** What ADR 005 calls verify: each class of key by the dialogue that it is for. */
function verify(slot, version) {
  const [name, directory] = slot.split('.');
  if (name === 'IRK') {
    return [
      {
        internalAuthenticate: { slot, version, r1: 'C1C2C3C4C5C6C7C8', r2: 'D1D2D3D4D5D6D7D8', le: '08' },
        sw: '9000',
        data: '$cryptogram',
      },
    ];
  }
  if (name !== 'STK') return name === 'MK' ? [] : [auth(slot, '9000', { version })];
  const [lock, header] = directory === 'MF' ? ['BK.MF', '84160000'] : [`LK.${directory}`, '84180000'];
  // The MAC of version 9, which is not there, fails; the right one is taken where it does no harm.
  if (directory === 'MF') return [auth(lock), macOnly(slot, header, '6988', { version: 9 })];
  if (directory !== 'DDF1')
    return [auth(lock), macOnly(slot, header, '6988', { version: 9 }), macOnly(slot, header, '9000', { version })];
  return [
    auth('RK1.DDF1'),
    auth('UK1.DDF1'),
    send('00A4000002EF08', '9000'),
    { ...send('00B2120000', '9000', '1201..'), save: 'payment' },
    { protect: { stk: slot, header: '04DC0404', value: '$payment', form: 'encipher-and-mac', version }, sw: '9000' },
  ];
}

function gone(slot, version) {
  const [name, directory] = slot.split('.');
  if (name === 'IRK') return [send(`0088000011${'00'.repeat(16)}0${version}08`, '6A88')];
  if (slot === 'MK.MF') return [open('MK.MF', version, '6A88'), open('MK.MF', 3)];
  if (name !== 'STK') return [auth(slot, '6A88', { version })];
  if (directory === 'MF') return [auth('BK.MF'), macOnly(slot, '84160000', '6988', { version })];
  if (directory !== 'DDF1') return [auth(`LK.${directory}`), macOnly(slot, '84180000', '6988', { version })];
  return [
    { protect: { stk: slot, header: '04DC0404', value: '$payment', form: 'encipher-and-mac', version }, sw: '6988' },
  ];
}
