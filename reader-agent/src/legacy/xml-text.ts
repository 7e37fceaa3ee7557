/**
 * The XML of the provincial interfaces (CARD-FACTS 8.4, "XML per file"), in GB 18030 as they write it. In: one function as the
 * root, its parameters as flat elements; nothing nested, no DOCTYPE, no attributes, so that there is nothing to expand and nothing
 * to fetch. Out: return code, then the fields inside an element that is named after their file.
 */
import iconv from 'iconv-lite';
import type { LegacyAnswer } from '../contract/legacy.ts';
import { agentErrors } from '../errors.ts';

export interface LegacyCallText {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const CHARSETS: Readonly<Record<string, string>> = {
  gb18030: 'gb18030',
  // Both are parts of GB 18030.
  gbk: 'gb18030',
  gb2312: 'gb18030',
  'utf-8': 'utf8',
  utf8: 'utf8',
};
const PROLOG = /^\s*<\?xml\s+version\s*=\s*["']1\.[01]["'](?:\s+encoding\s*=\s*["']([A-Za-z0-9-]+)["'])?[^?<>]*\?>/;
const NAME = '[A-Za-z][A-Za-z0-9_]{0,39}';
const ROOT = new RegExp(`^\\s*<(${NAME})\\s*(?:/>|>([\\s\\S]*)</\\1\\s*>)\\s*$`);
const FIELD = new RegExp(`^\\s*<(${NAME})\\s*(?:/>|>([^<]{0,400})</\\1\\s*>)`);
const MAX_FIELDS = 40;

/** @throws LEGACY_PARAMETER */
export function parseLegacyXml(bytes: Uint8Array): LegacyCallText {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  // XML 1.0, 4.3.3: what declares nothing is UTF-8.
  const charset = CHARSETS[(PROLOG.exec(head.replace(/^\u00ef\u00bb\u00bf/, ''))?.[1] ?? 'utf-8').toLowerCase()];
  if (charset === undefined) throw fault('encoding');
  const text = iconv.decode(Buffer.from(bytes), charset);
  // iconv-lite writes U+FFFD for bytes that are no character: a name must not be stored with one.
  if (text.includes('\ufffd')) throw fault('encoding');
  const root = ROOT.exec(text.replace(PROLOG, ''));
  const name = root?.[1];
  if (name === undefined) throw fault('xml');
  return { name, parameters: fieldsIn(root?.[2] ?? '') };
}

function fieldsIn(content: string): Record<string, string> {
  const fields = new Map<string, string>();
  let rest = content;
  while (rest.trim() !== '') {
    const found = FIELD.exec(rest);
    const [whole, name] = found ?? [];
    if (whole === undefined || name === undefined || fields.size >= MAX_FIELDS) throw fault('xml');
    if (fields.has(name)) throw fault(name);
    fields.set(name, unescaped(found?.[2] ?? '', name));
    rest = rest.slice(whole.length);
  }
  return Object.fromEntries(fields);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string, field: string): string {
  return text.replace(/&([^;&]{0,12};?)/g, (_, entity: string) => {
    const known = entity.endsWith(';') ? ENTITIES[entity.slice(0, -1)] : undefined;
    const number = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));$/.exec(entity);
    const code = number === null ? Number.NaN : Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10);
    if (known !== undefined) return known;
    if (!(code >= 0x20 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) throw fault(field);
    return String.fromCodePoint(code);
  });
}

/** The whole answer in GB 18030. */
export function legacyXml(call: string, answer: LegacyAnswer): Uint8Array {
  const { code, name, fields, standing, error } = answer;
  const file = /^i[RW]_(.+)Info$/.exec(call)?.[1];
  const inner = Object.entries(fields)
    .map(([field, text]) => element(field, text))
    .join('');
  const lines = [
    '<?xml version="1.0" encoding="GB18030"?>',
    `<${call}>`,
    element('code', String(code)),
    element('name', name),
    ...(file === undefined ? [inner] : [`<${file}>${inner}</${file}>`]),
    ...(standing === undefined ? [] : [element('hotlist', standing.hotlist.state)]),
    ...(error === null ? [] : [element('message', error.message.zh), element('nextStep', error.nextStep.zh)]),
    `</${call}>`,
  ];
  return Uint8Array.from(iconv.encode(`${lines.filter((line) => line !== '').join('\n')}\n`, 'gb18030'));
}

const element = (name: string, text: string): string => `<${name}>${escaped(text)}</${name}>`;

function escaped(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      // XML 1.0 has no way to write them; a reader must not stop at a card that carries one.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}

function fault(field: string) {
  const rule = {
    zh: '不是所要求的 XML（GB 18030 或 UTF-8，一层元素）',
    en: 'is not the XML that is asked for (GB 18030 or UTF-8, flat)',
  };
  return agentErrors.make('LEGACY_PARAMETER', { fields: [{ field, rule }] });
}
