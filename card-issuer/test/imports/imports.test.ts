/** Imports of files on both engines: rules told by row, encodings, workbooks, mappings, killed and gone on with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import iconv from 'iconv-lite';
import { readSheet } from 'read-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import type { Issuer } from '../../src/app.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { importReportCsv, importReportXlsx } from '../../src/domain/import-report-file.ts';
import { validateResident } from '../../src/domain/validate-resident.ts';
import type { Database } from '../../src/store/index.ts';
import { issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn } from '../store/both-engines.ts';
import { DECLARED_RULES, FORM_ONLY, SOUND_INPUT } from './declared-rules.ts';

const LONG_MS = 120_000;
const PHOTOS = readdirSync(join(process.cwd(), 'test-vectors/residents/photos'));
const number = (sequence: number, birth = '19850612') => {
  const first17 = `130101${birth}${String(sequence).padStart(3, '0')}`;
  return first17 + identityCheckCharacter(first17);
};
const COLUMNS = [
  ...['姓名', '性别', '民族', '出生日期', '证件类别', '证件号码', '地区代码', '户籍地址', '现住址', '本人电话'],
  ...['联系人姓名', '联系人关系', '联系人电话', '付费方式', 'ABO血型', 'RH血型', '警示', '其他警示', '过敏', '免疫'],
  ...['文化程度', '婚姻状况', '职业', '健康档案编号', '新农合号'],
] as const;
type Column = (typeof COLUMNS)[number];
const SOUND: Readonly<Partial<Record<Column, string>>> = {
  姓名: '单雪莲',
  性别: '女',
  民族: '汉',
  出生日期: '1985-06-12',
  证件类别: '居民身份证',
  地区代码: '130102',
};
const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (given: Partial<Record<Column, string>>) => COLUMNS.map((column) => cell(given[column] ?? '')).join(',');
const file = (rows: readonly Partial<Record<Column, string>>[]) =>
  `${COLUMNS.join(',')}\n${rows.map(line).join('\n')}\n`;
const LONG_TEXT = '很'.repeat(60);

/** One row for each rule: what is wrong, the column that must be named, and words of the rule. */
const RULES: readonly [Partial<Record<Column, string>>, string, RegExp][] = [
  [{ 姓名: '' }, '姓名', /必须填写/],
  [{ 姓名: '单 3 莲' }, '姓名', /数字或控制字符/],
  [{ 姓名: '单㛃莲' }, '姓名', /字符集/],
  [{ 姓名: '单'.repeat(16) }, '姓名', /字节/],
  [{ 性别: '' }, '性别', /必须填写/],
  [{ 性别: '雌' }, '性别', /代码表/],
  [{ 性别: '男' }, '性别', /第 17 位/],
  [{ 民族: '火星' }, '民族', /代码表/],
  [{ 出生日期: '1985-02-30' }, '出生日期', /存在的日期/],
  [{ 出生日期: '2030-01-01' }, '出生日期', /不得晚于今天/],
  [{ 出生日期: '1985-06-13' }, '出生日期', /身份证号码中的出生日期/],
  [{ 证件类别: '借书证' }, '证件类别', /代码表/],
  [{ 证件号码: '' }, '证件号码', /必须填写/],
  [{ 证件号码: '12345' }, '证件号码', /17 位数字/],
  [{ 证件号码: `99${number(902).slice(2)}` }, '证件号码', /省级行政区划/],
  [{ 证件号码: `${number(902).slice(0, 10)}1399${number(902).slice(14)}` }, '证件号码', /第 7–14 位/],
  [{ 证件号码: number(902).slice(0, 17) + (number(902).endsWith('1') ? '2' : '1') }, '证件号码', /校验码/],
  [{ 证件类别: '护照', 证件号码: '?' }, '证件号码', /4 至 18 位/],
  [{ 证件类别: '出生医学证明', 证件号码: 'Z1', 出生日期: '2026-01-02' }, '证件号码', /1 个字母加 9 位/],
  [{ 证件类别: '出生医学证明', 证件号码: 'Z139900009' }, '证件类别', /1996/],
  [{ 证件类别: '临时', 证件号码: '' }, '证件类别', /一周岁/],
  [{ 证件类别: '临时', 证件号码: '7', 出生日期: '2026-11-01' }, '证件号码', /系统分配/],
  [{ 地区代码: '130100' }, '地区代码', /县级/],
  [{ 户籍地址: LONG_TEXT }, '户籍地址', /字节/],
  [{ 现住址: LONG_TEXT }, '现住址', /字节/],
  [{ 本人电话: '打给村口' }, '本人电话', /6 至 20 位/],
  [{ 联系人姓名: '名'.repeat(20) }, '联系人姓名', /字节/],
  [{ 联系人关系: '街坊邻里', 联系人姓名: '甲' }, '联系人关系', /代码表/],
  [{ 联系人电话: '0311-00000001' }, '联系人姓名', /须填写联系人姓名/],
  [{ 付费方式: '新农合;自费;商业保险;01' }, '付费方式', /最多 3 种/],
  [{ 付费方式: '刷脸' }, '付费方式', /代码表/],
  [{ ABO血型: 'Q' }, 'ABO血型', /代码表/],
  [{ RH血型: '也许' }, 'RH血型', /代码表/],
  [{ 警示: '怕冷' }, '警示[1]', /不是卡上的警示项/],
  [{ 其他警示: LONG_TEXT }, '其他警示', /字节/],
  [{ 过敏: '甲:乙;丙:丁;戊:己;庚:辛' }, '过敏', /最多 3 条/],
  [{ 过敏: ':皮疹' }, '过敏[1]', /过敏物质/],
  [{ 免疫: '流感疫苗@2025-01-01;'.repeat(11) }, '免疫', /最多 10 条/],
  [{ 免疫: '@2025-01-01' }, '免疫[1]', /疫苗名称/],
  [{ 免疫: '流感疫苗' }, '免疫[1]', /日期/],
  [{ 文化程度: '秀才' }, '文化程度', /代码表/],
  [{ 婚姻状况: '热恋' }, '婚姻状况', /代码表/],
  [{ 职业: '神仙' }, '职业', /代码表/],
  [{ 健康档案编号: '9'.repeat(60) }, '健康档案编号', /字节/],
  [{ 新农合号: '9'.repeat(60) }, '新农合号', /字节/],
  // The first row's number again.
  [{ 证件号码: number(100) }, '证件号码', /与第 1 行/],
];

describe.each(ENGINES)('imports on %s', (engine) => {
  const clock = new TurnedClock();
  let database: Database;
  let close: () => Promise<void>;
  let issuer: Issuer;
  beforeAll(async () => {
    ({ database, close } = await openOn(engine));
    issuer = await issuerWith(database, clock);
  }, LONG_MS);
  afterAll(async () => {
    await issuer.stop();
    await close();
  }, LONG_MS);

  async function* chunks(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += 7000) yield bytes.subarray(at, at + 7000);
  }
  const run = async (bytes: Uint8Array | string, given: { source?: string; dryRun?: boolean } = {}) => {
    const options = { source: 'rhc', dryRun: false, fileName: 'roster.csv', actor: 'clerk:test', ...given };
    const { id } = await issuer.imports.begin(chunks(Buffer.from(bytes)), options);
    return issuer.imports.settled(id);
  };
  const all = async (id: string) => (await issuer.imports.rows(id, { after: 0, limit: 500 })).rows;

  test('every rule names its column, the rule in both languages and the remedy; values are masked', async () => {
    const rows = RULES.map(([wrong], index) => ({ ...SOUND, 证件号码: number(102 + 2 * index), ...wrong }));
    const done = await run(file([{ ...SOUND, 证件号码: number(100) }, ...rows]), { dryRun: true });
    expect(done).toMatchObject({ state: 'done', rowsDone: RULES.length + 1, taken: 1, refused: RULES.length });
    const report = await all(done.id);
    RULES.forEach(([, field, words], index) => {
      const { row, faults, outcome } = report[index] ?? { faults: [] };
      expect([row, outcome, faults.map((fault) => fault.field)]).toEqual([
        index + 2,
        'refused',
        expect.arrayContaining([field]),
      ]);
      const named = faults.filter((fault) => fault.field === field);
      expect(named.map(({ rule }) => rule.zh).join()).toMatch(words);
      for (const { rule, value } of faults) {
        expect(rule.en).toMatch(/^\S.*[a-z]/);
        if ([...value].length > 4) expect(value).toMatch(/^.\*+.$/u);
      }
    });
    expect((await issuer.service.status()).residents).toBe(0);

    // What no row of these columns can break: a cell too many, a photo that did not come, and what only the form can say.
    const odd = [
      { ...SOUND, 证件号码: number(400) },
      { ...SOUND, 证件号码: number(402) },
    ].map(line);
    const oddRun = await run(`${COLUMNS.join(',')},照片\n${odd[0]},,\n${odd[1]},没有.jpg\n`, { dryRun: true });
    const sound = { ...SOUND_INPUT, documentNumber: number(100) };
    const form = FORM_ONLY.flatMap((wrong) => {
      const checked = validateResident({ ...sound, ...wrong }, '2026-11-27');
      return checked.ok ? [] : checked.faults;
    });
    const told = [...[...report, ...(await all(oddRun.id))].flatMap(({ faults }) => faults), ...form];
    const untold = DECLARED_RULES.filter(
      (declared) =>
        !told.some(({ rule, nextStep }) => declared.told.test(rule.zh) && nextStep?.zh === declared.nextStep.zh),
    );
    expect(untold.map(({ rule }) => rule.zh)).toEqual([]);
    for (const { rule, nextStep } of DECLARED_RULES) {
      expect([rule.zh, nextStep.zh].join()).toMatch(/\p{Script=Han}.*,.*\p{Script=Han}/u);
      expect([rule.en, nextStep.en].join()).toMatch(/^\w.*,[A-Z].*[a-z]/);
    }
    expect(told.filter(({ nextStep }) => nextStep === undefined)).toEqual([]);
    expect(validateResident(sound, '2026-11-27')).toMatchObject({ ok: true });
  });

  test('GB 18030 and UTF-8 are told apart; a file sent again changes nothing', async () => {
    const text = file([{ ...SOUND, 证件号码: number(300), 姓名: '䶮小玲' }]);
    const first = await run(iconv.encode(text, 'gb18030'));
    expect(first).toMatchObject({ encoding: 'gb18030', state: 'done', taken: 1 });
    const again = await run(`\uFEFF${text}`);
    expect(again).toMatchObject({ encoding: 'utf-8', taken: 0, known: 1, refused: 0 });
    const changed = await run(file([{ ...SOUND, 证件号码: number(300), 姓名: '另一人' }]));
    expect(changed).toMatchObject({ refused: 1 });
    expect((await issuer.residents.list({ limit: 5, search: number(300) })).residents[0]?.name).toBe('䶮小玲');
  });

  test('a ZIP with photos: by the name that the row gives, or by a file named as the document number', async () => {
    const photo = new Uint8Array(readFileSync(join(process.cwd(), 'test-vectors/residents/photos', PHOTOS[0] ?? '')));
    const large = new Uint8Array(70_000).fill(7);
    const table = file([310, 312, 314, 316].map((sequence) => ({ ...SOUND, 证件号码: number(sequence) })))
      .trimEnd()
      .split('\n')
      .map((row, index) => `${row},${['照片', '单雪莲.JPG', '', '缺.jpg', '大.jpg'][index]}`)
      .join('\r\n');
    // As Windows writes it: names in the system's charset, which the archive does not declare.
    const inGb = (name: string) => iconv.encode(name, 'gb18030').toString('latin1');
    const zip = zipSync({
      'roster/名册.csv': iconv.encode(table, 'gb18030'),
      [inGb('roster/照片/单雪莲.jpg')]: photo,
      [`roster/照片/${number(312)}.jpg`]: photo,
      [inGb('roster/大.jpg')]: large,
    });
    const done = await run(zip);
    expect(done).toMatchObject({ state: 'done', format: 'zip', taken: 2, refused: 2 });
    const report = await all(done.id);
    expect(report.map(({ row, faults }) => [row, faults.map(({ field }) => field)])).toEqual([
      [3, ['照片']],
      [4, ['照片']],
    ]);
    expect(report.map(({ faults }) => faults[0]?.rule.zh)).toEqual([
      expect.stringMatching(/没有收到/),
      expect.stringMatching(/70000 字节/),
    ]);
    for (const sequence of [310, 312]) {
      const [found] = (await issuer.residents.list({ limit: 5, search: number(sequence) })).residents;
      const { resident } = await issuer.residents.get(found?.id ?? '');
      expect(resident.photo).toBe(Buffer.from(photo).toString('base64'));
    }
    expect(await run(zip)).toMatchObject({ taken: 0, known: 2, refused: 2 });
    const unclear = await run(zipSync({ 'a.csv': photo, 'b.csv': photo }));
    expect(unclear).toMatchObject({ state: 'failed', error: { code: 'ROSTER_UNREADABLE' } });
  });

  test('a workbook by the mapping of its source; sex, birth date and area from what the row says', async () => {
    const header = ['参合人姓名', '民族', '身份证号', '医疗证号', '行政村代码', '家庭住址', '户主姓名'];
    const row = [
      '魏长河',
      '汉族',
      number(401),
      '130123990000000777',
      '130102001003',
      '石家庄市长安区某村 1 号',
      '魏长河',
    ];
    const workbook = await writeExcelFile(
      [header, row].map((cells) => cells.map((value) => ({ value, type: String }))),
    ).toBuffer();
    const done = await run(workbook, { source: 'rural-scheme' });
    expect(done).toMatchObject({ format: 'xlsx', state: 'done', taken: 1, refused: 0, rowsTotal: 1 });
    const [found] = (await issuer.residents.list({ limit: 5, search: number(401) })).residents;
    expect((await issuer.residents.get(found?.id ?? '')).resident).toMatchObject({
      sex: '1',
      birthDate: '1985-06-12',
      areaCode: '130102',
      villageCode: '130102001003',
      paymentMethods: ['03'],
    });
    expect((await run(Buffer.from('PK nonsense'))).error).toMatchObject({ code: 'ROSTER_UNREADABLE' });
  });

  test('a mapping is saved for a source, refused while a needed field is open; an unknown column is named', async () => {
    const mapping = await issuer.imports.mapping('occupational');
    const { 民族: _, ...columns } = mapping.columns;
    await expect(issuer.imports.saveMapping({ ...mapping, columns }, 'm')).rejects.toMatchObject({
      code: 'MAPPING_INCOMPLETE',
      fields: [{ field: 'ethnicGroup' }],
    });
    const saved = { ...mapping, columns: { ...columns, 族别: 'ethnicGroup' as const } };
    await issuer.imports.saveMapping(saved, 'manager:test');
    expect(await issuer.imports.mapping('occupational')).toEqual(saved);
    const failed = await run('姓名,身份证号码,星座\n甲,1,白羊\n', { source: 'occupational' });
    expect(failed).toMatchObject({
      state: 'failed',
      error: { code: 'ROSTER_UNREADABLE', fields: [{ field: '星座' }] },
    });
  });

  test(
    'stopped in the middle and taken up by the next process: every row once',
    async () => {
      const people = Array.from({ length: 1800 }, (_, index) => ({
        ...SOUND,
        证件号码: number(((index * 2) % 998) + 1 + (index % 2), `19${60 + Math.floor(index / 499)}0612`),
        出生日期: `19${60 + Math.floor(index / 499)}-06-12`,
        性别: '',
      }));
      const unique = [...new Map(people.map((each) => [each.证件号码, each])).values()].map((each) => ({
        ...each,
        性别: Number(each.证件号码.charAt(16)) % 2 === 1 ? '男' : '女',
        // Names of their own: whom one name and birth date make alike is another test's matter.
        姓名: `单${String.fromCodePoint(0x4e00 + (Number(each.证件号码.slice(14, 17)) % 900))}`,
      }));
      const before = (await issuer.service.status()).residents;
      const options = { source: 'rhc', dryRun: false, fileName: 'x', actor: 'clerk:test' };
      const { id } = await issuer.imports.begin(chunks(Buffer.from(file(unique))), options);
      await issuer.imports.stop();
      const cut = await issuer.imports.get(id);
      expect(cut.state).toBe('running');
      expect(cut.rowsDone).toBeLessThan(unique.length);
      await issuer.stop();
      issuer = await issuerWith(database, clock);
      const done = await issuer.imports.settled(id);
      expect(done).toMatchObject({
        state: 'done',
        rowsDone: unique.length,
        taken: unique.length,
        rowsTotal: unique.length,
      });
      expect((await issuer.service.status()).residents - before).toBe(unique.length);
      expect(await database('import_parts').where({ import_id: id })).toEqual([]);
    },
    LONG_MS,
  );

  test('the report as CSV and as a workbook', async () => {
    const done = await run(file([{ ...SOUND, 姓名: '=1+1', 证件号码: '1' }]), { dryRun: true });
    const pages = async function* () {
      yield await all(done.id);
    };
    let csv = '';
    for await (const piece of importReportCsv(pages())) csv += piece;
    expect(csv.split('\r\n')[0]).toBe('\uFEFF行,结果,姓名,字段,值,规则,下一步,rule,next step');
    expect(csv).toContain("1,拒绝,'=***");
    const sheet = await readSheet(await importReportXlsx(pages()));
    expect(sheet[0]?.slice(0, 5)).toEqual(['行', '结果', '姓名', '字段', '值']);
    expect(sheet.length).toBeGreaterThan(1);
  });
});
