/**
 * Residents that nobody is, as many as wanted, the same ones for the same index: numbers with a correct check digit under
 * xx01 codes that no office gives (docs/adr/002-test-data.md), telephones that cannot be dialled.
 */
const SURNAMES = [
  ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文',
];
const GIVEN = [
  ...'国建华文明志强海军平春玉秀英兰梅丽红霞芳桂珍淑敏静洁雪莲凤琴素云永福祥瑞德林山河川江涛波伟刚勇毅俊杰超鹏飞宇浩然子涵欣怡梓萱诗雨佳琪思语一诺',
];
const COUNTIES = ['130102', '130104', '130105', '130107', '130108', '130109', '130110', '130111', '130121', '130123'];
const PREFECTURES = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11'];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const START = Date.UTC(1940, 0, 1);
const DAYS = 30_000;

/** @param {number} index up to 11 × 30,000 × 999 different people */
export function inventedResident(index) {
  const prefecture = PREFECTURES[index % PREFECTURES.length];
  const rest = Math.floor(index / PREFECTURES.length);
  // A step coprime to the number of days spreads neighbours over the calendar.
  const day = (rest * 7919) % DAYS;
  const sequence = 1 + (Math.floor(rest / DAYS) % 999);
  const birth = new Date(START + day * 86_400_000).toISOString().slice(0, 10);
  const first17 = `13${prefecture}01${birth.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0);
  const pick = (list, salt) => list[(index * 31 + salt * 17 + Math.floor(index / 7)) % list.length];
  return {
    name: `${pick(SURNAMES, 1)}${pick(GIVEN, 2)}${index % 5 === 0 ? '' : pick(GIVEN, 3 + (index % 11))}`,
    sex: sequence % 2 === 1 ? '男' : '女',
    documentNumber: first17 + '10X98765432'[sum % 11],
    birthDate: birth,
    areaCode: COUNTIES[index % COUNTIES.length],
    address: `石家庄市某镇某村 ${(index * 13) % 90_001} 号`,
    phone: `0311-0000${String(index % 10_000).padStart(4, '0')}`,
  };
}

export const HEADER = '姓名,性别,民族,出生日期,证件类别,证件号码,地区代码,户籍地址,本人电话,付费方式';
/** @param {number} index */
export function inventedLine(index) {
  const r = inventedResident(index);
  return `${r.name},${r.sex},汉族,${r.birthDate},居民身份证,${r.documentNumber},${r.areaCode},${r.address},${r.phone},新农合`;
}
/** A file of `count` rows, in pieces. @param {number} count @param {number} [from] */
export async function* inventedFile(count, from = 0) {
  yield Buffer.from(`${HEADER}\n`);
  for (let at = 0; at < count; at += 5000) {
    let text = '';
    for (let i = at; i < Math.min(at + 5000, count); i++) text += `${inventedLine(from + i)}\n`;
    yield Buffer.from(text);
  }
}
