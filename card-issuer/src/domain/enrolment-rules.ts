/**
 * The rules that a resident's record keeps: what each says when it is broken, and what the clerk or the roster's maker does
 * then. A rule is one entry here; which field must keep it stands in validate-resident.ts and record-check.ts.
 */
import type { Text } from '@rhc/card/errors';

export interface EnrolmentRule {
  readonly rule: Text;
  /** The remedy for this field alone. */
  readonly nextStep: Text;
}

const says = (rule: [zh: string, en: string], nextStep: [zh: string, en: string]): EnrolmentRule => ({
  rule: { zh: rule[0], en: rule[1] },
  nextStep: { zh: nextStep[0], en: nextStep[1] },
});

const BY_DOCUMENT: [string, string] = ['对照证件原件改正', 'Correct it by the document itself'];
const KEEP_FEWER: [string, string] = ['只留最要紧的，其余去掉', 'Keep the ones that matter most'];

export const ENROLMENT_RULES = {
  required: says(['必须填写', 'is required'], ['补填这一项', 'Fill it in']),
  nameCharacters: says(
    ['姓名不得含数字或控制字符', 'must hold no digit or control character'],
    ['照证件填写姓名，去掉数字和不可见字符', 'Write the name as on the document, without digits and hidden characters'],
  ),
  characterSet: (character: string) =>
    says(
      [`字符 ${character} 无法写入卡内字符集`, `the character ${character} does not exist in the card's character set`],
      [
        '按公安部门的处理办法改用规范字或拼音',
        'Write the standard character or pinyin, as the police register writes this person',
      ],
    ),
  sizeBytes: (has: number | string, most: number | string) =>
    says(
      [
        `长 ${has} 字节，卡上最多 ${most} 字节（一个汉字 2 字节）`,
        `has ${has} bytes, the card takes ${most} (2 a Chinese character)`,
      ],
      [
        '缩写到规定长度；姓名照身份证的写法，不得自行截断',
        'Shorten it to fit; a name as the identity card writes it, never cut by oneself',
      ],
    ),
  codeTable: (name: string, standard: string) =>
    says(
      [`不在代码表《${name}》（${standard}）中`, `is not in the code table ${standard}`],
      ['填写代码表中的代码或名称', "Write a code or a name of that table; the counter's form lists them"],
    ),
  dayExists: says(
    ['须为存在的日期，如 2026-01-31', 'must be a day that exists, like 2026-01-31'],
    ['按“年-月-日”填写真实日期', 'Write the day as year-month-day'],
  ),
  notInFuture: says(
    ['不得晚于今天', 'must not lie in the future'],
    ['核对年份；本机日期不对时先校准', 'Check the year'],
  ),
  phone: says(
    ['电话须为 6 至 20 位数字，可含 + 和 -', 'must be 6 to 20 digits, + and - allowed'],
    [
      '填写一个号码，去掉文字和空格；没有电话就留空',
      'Write one number without words; leave it empty when there is none',
    ],
  ),
  contactNamed: says(
    ['填写了联系人关系或电话，须填写联系人姓名', 'is required when relation or phone is given'],
    ['补填联系人姓名，或去掉关系和电话', 'Name the contact, or leave relation and phone empty'],
  ),
  birthCertificateNumber: says(
    ['出生医学证明编号须为 1 个字母加 9 位数字', 'must be one letter and nine digits'],
    BY_DOCUMENT,
  ),
  birthCertificateYear: says(
    ['出生医学证明自 1996 年起使用', 'birth certificates exist since 1996'],
    ['改用居民身份证或其他证件', 'Enrol with the identity card or another document'],
  ),
  otherDocumentNumber: says(['须为 4 至 18 位字母或数字', 'must be 4 to 18 letters or digits'], BY_DOCUMENT),
  temporaryNumber: says(
    ['临时编号由系统分配，请留空', 'is given by the system: leave it empty'],
    ['清空证件号码', 'Leave the number empty'],
  ),
  temporaryAge: says(
    ['临时身份只用于一周岁以内的新生儿', 'is for children in their first year only'],
    [
      '用身份证号码登记；没有的先到派出所落户',
      'Enrol with the identity number; without one, register the household first',
    ],
  ),
  villageDigits: says(
    ['须为 12 位数字（统计用区划代码）', 'must be 12 digits (statistical division code)'],
    ['在柜台按村名选择，或留空', 'Choose the village by its name at the counter, or leave it empty'],
  ),
  villageInCounty: says(
    ['前 6 位须与地区代码一致', 'must begin with the area code'],
    ['核对县和村，改正其中一项', 'Compare county and village and correct one of them'],
  ),
  villageTownship: says(
    ['第 7–9 位须为乡镇（街道）代码', 'digits 7–9 must name a township'],
    ['在柜台按村名选择，或留空', 'Choose the village by its name at the counter, or leave it empty'],
  ),
  otherDocumentsMost: (most: number | string) =>
    says([`最多 ${most} 份其他证件`, `takes at most ${most} other documents`], KEEP_FEWER),
  otherIdentityNumber: says(['身份证号码有误（GB 11643）', 'is no identity number (GB 11643)'], BY_DOCUMENT),
  otherContactsMost: says(['卡上最多 3 位联系人', 'the card takes three contacts'], KEEP_FEWER),
  otherContactNamed: says(
    ['须填写联系人姓名', 'must name the contact'],
    ['补填姓名，或去掉这位联系人', 'Name the contact, or take it away'],
  ),
  birthDateInNumber: says(
    ['与身份证号码中的出生日期不一致', 'differs from the birth date in the identity number'],
    ['对照身份证改正出生日期或号码；证件有误的到派出所更正', 'Correct the one that differs from the identity card'],
  ),
  sexInNumber: says(
    ['与身份证号码第 17 位不一致', 'differs from the sex in the identity number'],
    ['对照身份证改正性别或号码；证件有误的到派出所更正', 'Correct the one that differs from the identity card'],
  ),
  county: says(
    ['不是河北省的县级行政区划代码（GB/T 2260）', 'is no county of Hebei (GB/T 2260)'],
    ['填写居住地的县级代码，不是市或省的', 'Write the code of the county of residence, not of its city or province'],
  ),
  paymentsMost: (most: number | string) => says([`最多 ${most} 种付费方式`, `at most ${most}`], KEEP_FEWER),
  alert: says(
    ['不是卡上的警示项', 'is no alert of the card'],
    ['改用卡上的警示项名称，或填入“其他警示”', "Use the card's own word for it, or write it as the other alert"],
  ),
  allergiesMost: (most: number | string) =>
    says([`卡上最多 ${most} 条过敏`, `the card takes ${most} allergies at most`], KEEP_FEWER),
  allergySubstance: says(
    ['须写明过敏物质', 'must name the substance'],
    ['写作“物质:反应”', 'Write it as substance:reaction'],
  ),
  immunizationsMost: (most: number | string) =>
    says(
      [`卡上最多 ${most} 条免疫`, `the card takes ${most} immunizations at most`],
      ['只留最近的', 'Keep the latest'],
    ),
  vaccine: says(['须写明疫苗名称', 'must name the vaccine'], ['写作“疫苗@日期”', 'Write it as vaccine@day']),
  photoSize: (bytes: number | string, most: number | string) =>
    says(
      [`照片为 ${bytes} 字节，卡上最多 ${most} 字节`, `the photo has ${bytes} bytes, the card takes ${most}`],
      ['缩小照片，或到柜台裁剪后采用', 'Scale it down, or crop it at the counter'],
    ),
  photoJpeg: says(
    ['照片不是完整的 JPEG 文件', 'the photo is not a complete JPEG file'],
    ['重新导出为 JPEG，或到柜台重拍', 'Export it as JPEG again, or take it anew at the counter'],
  ),
  /** GB 11643-1999. */
  identityShape: says(['须为 17 位数字加 1 位校验码', 'must be 17 digits and a check character'], BY_DOCUMENT),
  identityProvince: says(['前两位不是省级行政区划代码', 'does not begin with a province code'], BY_DOCUMENT),
  identityBirthDate: says(['第 7–14 位不是存在的日期', 'digits 7–14 are no day that exists'], BY_DOCUMENT),
  identityCheckCharacter: says(
    ['校验码不符（GB 11643）', 'has a wrong check character (GB 11643)'],
    ['对照证件逐位核对：有一位抄错或两位颠倒', 'Compare it digit by digit: one is wrong, or two have changed places'],
  ),
} as const;

/** What only a roster's row can break. */
export const ROSTER_ROW_RULES = {
  cells: (has: number | string, header: number | string) =>
    says(
      [`有 ${has} 列，标题行有 ${header} 列`, `has ${has} cells, the header ${header}`],
      ['检查这一行的逗号和引号；内容含逗号的须加引号', 'Look at its commas and quotes; what holds a comma is quoted'],
    ),
  numberAgain: (row: number | string) =>
    says(
      [`与第 ${row} 行的证件号码相同`, `is the document number of row ${row} again`],
      [
        '两行是同一人的，删去一行；不是的，对照证件改正号码',
        'Delete one when they are one person; else correct the number',
      ],
    ),
  photoNotSent: says(
    ['没有收到这一行所写的照片文件', 'the photo that the row names was not sent along'],
    ['把照片和名册一起打包成 ZIP，文件名与这一列一致', 'Zip the roster with its photos, named as in this column'],
  ),
} as const;
