/** Conformance cases of challenges, authentication, tries and key versions (CARD-FACTS 3.x, 4.2, 4.3; ADR 001). */
import { hex, path, send } from './conformance_steps.mjs';

/** Slot, KID, directory: typed in from CARD-FACTS 3.1, 3.2 and CARD.md "key ids". */
const TERMINAL_KEYS = [
  ['BK.MF', 0x02],
  ['LK.DF01', 0x82],
  ['LK.DF02', 0x82],
  ['LK.DF03', 0x82],
  ['UK1.DDF1', 0x05],
  ['UK1.DF01', 0x85],
  ['UK1.DF02', 0x85],
  ['UK2.DF02', 0x86],
  ['UK3.DF02', 0x87],
  ['UK1.DF03', 0x85],
  ['UK2.DF03', 0x86],
  ['RK1.DDF1', 0x04],
  ['RK1.DF01', 0x84],
  ['RK1.DF02', 0x84],
  ['RK1.DF03', 0x84],
];
const OTHER_KEYS = [
  ['IRK.DDF1', 0x00],
  ['STK.MF', 0x01],
  ['STK.DDF1', 0x01],
  ['STK.DF01', 0x81],
  ['STK.DF02', 0x81],
  ['STK.DF03', 0x81],
];
const directoryOf = (slot) => slot.split('.')[1];
const auth = (slot, sw = '9000', extra = {}) => ({ authenticate: { slot, version: 1, ...extra }, sw });
const one = (clause, id, zh, en, ...steps) => ({ id, clause, chip: 'operational', title: { zh, en }, steps });
const irreversible = (made) => ({ ...made, consequence: 'irreversible' });

export function keyCases() {
  return [...challengeCases(), ...slotCases(), ...authenticationCases(), ...triesCases(), ...internalCases()];
}

function challengeCases() {
  const challenge = (id, zh, en, ...steps) => one('FACTS-4.2/GET CHALLENGE', `challenge/${id}`, zh, en, ...steps);
  const rule = (id, zh, en, ...steps) => one('ADR-001/A challenge', `challenge/${id}`, zh, en, ...steps);
  const ddf1 = path('DDF1');
  return [
    challenge(
      'eight-bytes',
      '8 字节随机数,逐次不同',
      '8 random bytes, another every time',
      { ...send('0084000008', '9000', '..{8}'), save: 'first' },
      { ...send('0084000008', '9000', '..{8}'), differs: '$first' },
      send('0084000000', '9000', '..{8}'),
    ),
    challenge('wrong-le', 'Le 错误', 'a wrong Le', send('0084000004', '6C08'), send('0084000010', '6C08')),
    challenge(
      'faults',
      'P1/P2 与长度',
      'P1 P2 and lengths',
      send('0084010008', '6A86'),
      send('0084000108', '6A86'),
      send('00840000', '6700'),
      send('00840000010008', '6700'),
    ),
    rule(
      'missing',
      '未取随机数 6984',
      'none was asked for: 6984',
      ...ddf1,
      auth('RK1.DDF1', '6984', { challenge: 'none' }),
      auth('RK1.DDF1'),
    ),
    rule(
      'single-use',
      '一个随机数只服务一次认证',
      'one challenge serves one authentication',
      ...ddf1,
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '6984', { challenge: 'kept' }),
    ),
    rule(
      'spent-by-failure',
      '认证失败也耗用随机数',
      'a failed authentication spends it too',
      ...ddf1,
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '63CE', { tamper: true }),
      auth('RK1.DDF1', '6984', { challenge: 'kept' }),
      auth('RK1.DDF1'),
    ),
    rule(
      'replaced',
      '新随机数取代旧随机数',
      'a newer one replaces the older one',
      ...ddf1,
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '63CE', { challenge: 'older' }),
      auth('RK1.DDF1'),
    ),
    rule(
      'dropped-by-reset',
      '复位清除随机数',
      'dropped by reset',
      send('0084000008', '9000', '..{8}'),
      { challenge: true, sw: '9000' },
      { reset: true },
      ...ddf1,
      auth('RK1.DDF1', '6984', { challenge: 'kept' }),
      auth('RK1.DDF1'),
    ),
    rule(
      'kept-over-select',
      '选择文件保留随机数',
      'selecting files keeps it',
      ...ddf1,
      { challenge: true, sw: '9000' },
      send('00A4000002EF06', '9000'),
      send('00A4000002DDF1', '9000'),
      auth('RK1.DDF1', '9000', { challenge: 'kept' }),
    ),
    rule(
      'entry-keeps-state',
      '选择 EF 保留安全状态',
      'selecting an EF keeps the authentication',
      ...ddf1,
      auth('RK1.DDF1'),
      send('00A4000002EF05', '9000'),
      send('00A4000002EF06', '9000'),
      send('00B20B0000', '9000', '0B1E..{30}'),
    ),
  ];
}

function slotCases() {
  return TERMINAL_KEYS.flatMap(([slot, kid]) => {
    const directory = directoryOf(slot);
    const open = path(directory);
    const [name] = slot.split('.');
    return [
      one(
        `FACTS-3.1/${slot}`,
        `keys/${slot}/versions`,
        `${slot}:第 1、2 版有效,第 3 版不存在`,
        `${slot}: versions 1 and 2 authenticate, 3 is not there`,
        ...open,
        auth(slot),
        auth(slot, '9000', { version: 2 }),
        auth(slot, '6A88', { version: 3 }),
        auth(slot, '6A88', { version: 0 }),
      ),
      one(
        'FACTS-3.2',
        `keys/${slot}/wrong-key`,
        `${slot}:错误密钥 63CE,成功后余次恢复`,
        `${slot}: a wrong key 63CE, a success sets the tries back`,
        ...open,
        auth(slot),
        auth(slot, '63CE', { tamper: true }),
        auth(slot, '63CD', { tamper: true }),
        auth(slot),
        auth(slot, '63CE', { tamper: true }),
        auth(slot),
      ),
      one(
        'FACTS-3.7',
        `keys/${slot}/undispersed`,
        `${slot}:未分散的根密钥无效`,
        `${slot}: the undispersed root is no key of this card`,
        ...open,
        auth(slot),
        auth(slot, '63CE', { dispersal: 'none' }),
        auth(slot),
      ),
      one(
        'FACTS-3.2',
        `keys/${slot}/version-byte`,
        `${slot}:第 2 版密钥配第 1 版字节无效`,
        `${slot}: the key of version 2 under version byte 1 fails`,
        ...open,
        auth(slot),
        auth(slot, '63CE', { valueFrom: { slot, version: 2 } }),
        auth(slot),
      ),
      ...(directory === 'MF'
        ? []
        : [
            one(
              'FACTS-3.2',
              `keys/${slot}/elsewhere`,
              `${slot}:在其他目录中不是同一把密钥`,
              `${slot}: in another directory it is another key, or none`,
              ...otherDirectory(slot, name, kid),
            ),
          ]),
    ];
  });
}

/** The neighbour has the same KID with another value (63CE), or no such key (6A88). */
function otherDirectory(slot, name, kid) {
  const directory = directoryOf(slot);
  const neighbour = { DDF1: 'DF01', DF01: 'DF02', DF02: 'DF03', DF03: 'DF01' }[directory];
  const twin = `${name}.${neighbour}`;
  const exists = TERMINAL_KEYS.some(([other]) => other === twin);
  if (directory !== 'DDF1' && exists) {
    return [...path(neighbour), auth(twin), auth(twin, '63CE', { valueFrom: { slot, version: 1 } }), auth(twin)];
  }
  return [...path(neighbour), auth(slot, '6A88', { kid: hex(kid) })];
}

function authenticationCases() {
  const external = (id, zh, en, ...steps) =>
    one('FACTS-4.2/EXTERNAL AUTHENTICATE', `authenticate/${id}`, zh, en, ...steps);
  return [
    ...OTHER_KEYS.map(([slot]) =>
      one(
        `FACTS-3.1/${slot}`,
        `keys/${slot}/no-terminal-key`,
        `${slot} 不能用于外部认证`,
        `${slot} authenticates no terminal`,
        ...path(directoryOf(slot)),
        auth(slot, '6985'),
      ),
    ),
    external(
      'unknown-key',
      '密钥标识不存在',
      'a key id that is not there',
      ...path('DDF1'),
      auth('RK1.DDF1', '6A88', { kid: '06' }),
      auth('RK1.DDF1', '6A88', { kid: '84' }),
      auth('RK1.DDF1', '6A88', { kid: '7F' }),
    ),
    external(
      'lengths',
      'Lc 必须为 11',
      'Lc must be 11',
      ...path('DDF1'),
      send('0082000410'.concat('00'.repeat(16)), '6700'),
      send('0082000412'.concat('00'.repeat(18)), '6700'),
      send('00820004', '6700'),
    ),
    external('parameters', 'P1 错误', 'wrong P1', ...path('DDF1'), send(`0082010411${'00'.repeat(17)}`, '6A86')),
    external(
      'length-keeps-challenge',
      '长度错误不耗用随机数',
      'a refused length spends no challenge',
      ...path('DDF1'),
      { challenge: true, sw: '9000' },
      send('0082000401FF', '6700'),
      auth('RK1.DDF1', '9000', { challenge: 'kept' }),
    ),
    external(
      'several-keys',
      '多把密钥可同时有效',
      'several keys hold at once',
      ...path('DF03'),
      auth('RK1.DF03'),
      auth('UK1.DF03'),
      auth('UK2.DF03'),
      send('00A4000002EE01', '9000'),
      send('00B0000001', '9000', '..'),
    ),
    external(
      'failure-leaves-others',
      '一把密钥失败不影响另一把',
      'a failure of one key leaves the other',
      ...path('DF01'),
      auth('UK1.DF01'),
      auth('RK1.DF01'),
      auth('UK1.DF01', '63CE', { tamper: true }),
      send('00A4000002EF07', '9000'),
      send('00B2010400', '9000', '2201..'),
      send('00A4000002DF01', '9000'),
      auth('UK1.DF01'),
    ),
    one(
      'FACTS-3.5',
      'authenticate/other-card',
      '另一张卡的分散密钥无效',
      'a key dispersed for another card is no key of this card',
      ...path('DDF1'),
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '63CE', { cardFactor: 'FFFFFFFFFFFFFFFF' }),
      auth('RK1.DDF1'),
    ),
    one(
      'FACTS-3.5',
      'authenticate/other-province',
      '另一省的分散密钥无效',
      'a key dispersed for another province is no key of this card',
      ...path('DDF1'),
      auth('RK1.DDF1'),
      auth('RK1.DDF1', '63CE', { province: '99' }),
      auth('RK1.DDF1'),
    ),
    one(
      'CARD.md/terminal random',
      'authenticate/terminal-random',
      '终端随机数任意',
      'any terminal random is taken, also the constant one of the field',
      ...path('DDF1'),
      auth('RK1.DDF1', '9000', { terminalRandom: '0000000000000000' }),
      auth('RK1.DDF1', '9000', { terminalRandom: 'FFFFFFFFFFFFFFFF' }),
    ),
  ];
}

function triesCases() {
  const wrong = (slot, left) => auth(slot, `63C${left.toString(16).toUpperCase()}`, { tamper: true });
  const down = (slot) => [auth(slot), ...Array.from({ length: 15 }, (_, i) => wrong(slot, 14 - i))];
  return [...TERMINAL_KEYS, ['MK.MF', 0x00]].map(([slot]) => {
    const open = path(directoryOf(slot));
    const again = slot === 'MK.MF' ? { version: 2 } : { version: 2 };
    return irreversible(
      one(
        'CARD.md/tries',
        `tries/${slot}`,
        `${slot}:15 次失败后锁死,复位后仍锁死,另一版本不受影响`,
        `${slot}: blocked after 15 failures, also after a reset; the other version is untouched`,
        ...open,
        ...down(slot),
        auth(slot, '6983'),
        auth(slot, '6983', { tamper: true }),
        { reset: true },
        ...open,
        auth(slot, '6983'),
        auth(slot, '9000', again),
      ),
    );
  });
}

function internalCases() {
  const R1 = 'C1C2C3C4C5C6C7C8';
  const R2 = 'D1D2D3D4D5D6D7D8';
  const right = (version, extra = {}) => ({
    internalAuthenticate: { slot: 'IRK.DDF1', version, r1: R1, r2: R2, le: '08', ...extra },
    sw: '9000',
    data: '$cryptogram',
  });
  const internal = (id, zh, en, ...steps) => one('FACTS-4.3/INTERNAL AUTHENTICATE', `internal/${id}`, zh, en, ...steps);
  return [
    internal(
      'versions',
      'IRK 两个版本均可证明卡片真伪',
      'both versions of the IRK prove the card',
      ...path('DDF1'),
      right(1),
      right(2),
    ),
    internal(
      'other-randoms',
      '应答取决于两个随机数',
      'the answer depends on both random numbers',
      ...path('DDF1'),
      right(1, { r1: '0000000000000000' }),
      right(1, { r2: '0000000000000000' }),
    ),
    internal(
      'without-le',
      '无 Le 则 6108,再取应答',
      'without Le 6108, then GET RESPONSE',
      ...path('DDF1'),
      send(`0088000011${R1}${R2}01`, '6108'),
      send('00C0000008', '9000', '..{8}'),
    ),
    internal('wrong-le', 'Le 错误', 'a wrong Le', ...path('DDF1'), send(`0088000011${R1}${R2}0104`, '6C08')),
    internal(
      'unknown-version',
      '版本不存在',
      'a version that is not there',
      ...path('DDF1'),
      send(`0088000011${R1}${R2}0308`, '6A88'),
    ),
    internal(
      'no-oracle',
      '其他密钥不应答内部认证',
      'no other key answers',
      ...path('DDF1'),
      ...['04', '05', '01'].map((kid) => send(`008800${kid}11${R1}${R2}0108`, '6985')),
      ...path('MF'),
      send(`0088000011${R1}${R2}0108`, '6985'),
      ...path('DF01'),
      send(`0088008411${R1}${R2}0108`, '6985'),
      send(`0088000011${R1}${R2}0108`, '6A88'),
    ),
    internal(
      'faults',
      'P1 与长度',
      'P1 and lengths',
      ...path('DDF1'),
      send(`0088010011${R1}${R2}0108`, '6A86'),
      send(`0088000010${R1}${R2}08`, '6700'),
      send('0088000008', '6700'),
    ),
    internal(
      'no-authentication',
      '内部认证不给予任何权限',
      'it gives no right',
      ...path('DDF1'),
      right(1),
      send('00A4000002EF06', '9000'),
      send('00B20B0000', '6982'),
    ),
  ];
}
