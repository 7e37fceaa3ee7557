/** File tree, access and elements, from the profile. */
import { nationalProfile } from '@rhc/card/profile';
import { code, fence, hex, speaker, table } from './markdown.mjs';

/** @typedef {import('@rhc/card/profile').ElementaryFile} ElementaryFile */
/** @typedef {import('./markdown.mjs').Language} Language */

/** Visit slots are one layout several times: files with the same elements are shown together. @returns {ElementaryFile[][]} */
function layouts() {
  /** @type {ElementaryFile[][]} */
  const groups = [];
  for (const file of nationalProfile.files) {
    const twin = groups.find(([first]) => sameLayout(first, file));
    if (twin === undefined) groups.push([file]);
    else twin.push(file);
  }
  return groups;
}

/** @param {ElementaryFile | undefined} a @param {ElementaryFile} b */
function sameLayout(a, b) {
  if (a?.structure !== 'transparent' || b.structure !== 'transparent' || a.elements.length === 0) return false;
  return a.elements.map(({ id }) => id).join() === b.elements.map(({ id }) => id).join();
}

/** @param {readonly ElementaryFile[]} group */
function groupName(group) {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return '';
  return group.length === 1 ? first.id : `${first.id}–${hex(last.fid, 4)}`;
}

/** @param {Language} language */
function tree(language) {
  const lines = ['flowchart LR'];
  for (const directory of nationalProfile.directories) {
    lines.push(`  ${directory.name}["${directory.name} ${hex(directory.fid, 4)}<br/>${directory.text[language]}"]`);
    if (directory.parent !== null) lines.push(`  ${directory.parent} --> ${directory.name}`);
  }
  for (const group of layouts()) {
    const [first] = group;
    if (first === undefined) continue;
    const node = first.id.replace('/', '_');
    const name = groupName(group).split('/')[1] ?? '';
    const title = group.length === 1 ? first.text[language] : first.text[language].replace(/ ?1$/, '');
    lines.push(`  ${first.directory} --> ${node}("${name}<br/>${title}")`);
  }
  return fence('mermaid', lines.join('\n'));
}

/** @param {import('@rhc/card/profile').Access | undefined} access @param {Language} language */
function accessText(access, language) {
  const say = speaker(language);
  if (access === undefined || access.kind === 'never') return say('禁止', 'never');
  return access.kind === 'free' ? say('自由', 'free') : access.slot;
}

/** @param {ElementaryFile} file @param {Language} language */
function transportText(file, language) {
  const say = speaker(language);
  if (file.update.kind === 'never' && file.erase === undefined) return '–';
  const form = {
    plain: say('明文', 'plain'),
    mac: 'MAC',
    'encipher-and-mac': say('密文加 MAC', 'cipher and MAC'),
  }[file.updateTransport];
  return file.updateMacSlot === null ? form : `${form}, ${file.updateMacSlot}`;
}

/** @param {ElementaryFile} file @param {Language} language */
function structureText(file, language) {
  const say = speaker(language);
  switch (file.structure) {
    case 'tlv-records':
      return say(`TLV 记录 ${file.elements.length} 条`, `TLV records, ${file.elements.length}`);
    case 'cyclic':
      return say(
        `循环 ${file.recordCount} × ${file.recordSizeBytes} 字节`,
        `cyclic, ${file.recordCount} × ${file.recordSizeBytes} bytes`,
      );
    case 'fixed-records':
      return say(
        `定长 ${file.recordCount} × ${file.recordSizeBytes} 字节`,
        `fixed, ${file.recordCount} × ${file.recordSizeBytes} bytes`,
      );
    case 'transparent':
      return say('透明', 'transparent');
  }
}

/** @param {Language} language */
function accessTable(language) {
  const say = speaker(language);
  return table(
    [
      say('文件', 'File'),
      say('名称', 'Name'),
      say('结构', 'Structure'),
      say('字节', 'Bytes'),
      say('读', 'Read'),
      say('更新', 'Update'),
      say('擦除', 'Erase'),
      say('更新方式', 'Update travels'),
    ],
    nationalProfile.files.map((file) => [
      code(file.id),
      file.text[language],
      structureText(file, language),
      String(file.sizeBytes),
      accessText(file.read, language),
      accessText(file.update, language),
      accessText(file.erase, language),
      transportText(file, language),
    ]),
  );
}

/** @param {import('@rhc/card/profile').DataElement} element @param {Language} language */
function meaningText({ meaning }, language) {
  const say = speaker(language);
  switch (meaning.kind) {
    case 'code':
      return `[${meaning.table}](codes.${language}.md#${meaning.table})`;
    case 'decimal':
      return say(`小数，${meaning.fractionDigits} 位`, `decimal, ${meaning.fractionDigits} digits`);
    case 'text':
      return say('文字', 'text');
    case 'digit-text':
      return say('数字字符', 'digit characters');
    case 'date':
      return say('日期', 'date');
    case 'date-time':
      return say('日期时间', 'date and time');
    case 'digits':
      return say('数字串', 'digit string');
    case 'integer':
      return say('整数', 'integer');
    case 'flag':
      return say('是/否', 'yes/no');
    case 'bytes':
      return say('字节', 'bytes');
  }
}

/** @param {readonly ElementaryFile[]} group @param {Language} language */
function elementSection(group, language) {
  const say = speaker(language);
  const [file] = group;
  if (file === undefined) return '';
  const title = group.length === 1 ? file.text[language] : file.text[language].replace(/ ?1$/, '');
  const head = `### ${groupName(group)} ${title}\n\n${say('出处', 'Source')}: ${file.clause}`;
  if (file.structure === 'fixed-records') {
    const slots = nationalProfile.files.filter(
      (entry) => entry.structure === 'transparent' && entry.index?.file === file.id,
    );
    return `${head}\n\n${say(
      `每条记录一个标志字节：00 有效，FF 空；第 n 条对应 ${slots[0]?.id ?? ''} 起的第 n 个文件。`,
      `One flag byte a record: 00 valid, FF empty; record n commits file n from ${slots[0]?.id ?? ''} on.`,
    )}`;
  }
  if (file.elements.length === 0) {
    return `${head}\n\n${say(
      '前 2 字节为 JPEG 长度（大端），其后为 JPEG。',
      'Two bytes with the length of the JPEG (big-endian), then the JPEG.',
    )}`;
  }
  const place = file.structure === 'tlv-records' ? say('记录', 'Record') : say('偏移', 'Offset');
  const rows = file.elements.map((element, index) => [
    file.structure === 'tlv-records' ? String(index + 1) : String('offset' in element ? element.offset : ''),
    file.structure === 'tlv-records' ? `${element.item} (${hex(element.item, 2)})` : String(element.item),
    element.text[language],
    code(element.id),
    `${element.storage} ${element.sizeBytes}`,
    meaningText(element, language),
  ]);
  const item = file.structure === 'tlv-records' ? say('标志 (tag)', 'Item (tag)') : say('标志', 'Item');
  return `${head}\n\n${table(
    [place, item, say('名称', 'Name'), say('键', 'Key'), say('类型与字节', 'Type, bytes'), say('含义', 'Meaning')],
    rows,
  )}`;
}

/** @param {Language} language @returns {readonly string[]} */
export function filesChapter(language) {
  const say = speaker(language);
  return [
    say('## 1 文件树', '## 1 File tree'),
    tree(language),
    table(
      [say('目录', 'Directory'), 'FID', say('DF 名称', 'DF name'), say('名称', 'Name'), say('出处', 'Source')],
      nationalProfile.directories.map(({ name, fid, dfName, text, clause }) => [
        code(name),
        code(hex(fid, 4)),
        dfName === null ? '–' : code(dfName),
        text[language],
        clause,
      ]),
    ),
    say('## 2 文件与访问权限', '## 2 Files and access'),
    say(
      '“读/更新/擦除”列出须先在文件所在目录完成外部认证的密钥；以 EXTERNAL AUTHENTICATE 认证，选择目录即失效。',
      'Read, update and erase name the key that must have been authenticated (EXTERNAL AUTHENTICATE) in the file’s own directory; selecting a directory drops it.',
    ),
    accessTable(language),
    say('## 3 数据元', '## 3 Data elements'),
    ...layouts().map((group) => elementSection(group, language)),
  ];
}
