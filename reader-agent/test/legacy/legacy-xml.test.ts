/** The national functions as GB 18030 XML: the bytes as another implementation of the charset reads them, hostile XML refused. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import { LEGACY_FILES, LEGACY_INDEXES, LEGACY_LISTS } from '../../src/legacy/functions.ts';
import { legacyXml, parseLegacyXml } from '../../src/legacy/xml-text.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';

let content: ChipContent;
let desk: DeskWithCard;
let hDev: string;
beforeAll(async () => {
  content = await personalizedContent();
});
beforeEach(async () => {
  desk = new DeskWithCard(content);
  desk.insert();
  hDev = fieldsOf((await call('<iDOpenPort/>')).text).hDev ?? '';
});

/** Node's own decoder, not the library that encoded. */
const decoder = new TextDecoder('gb18030', { fatal: true });
async function call(xml: string, charset = 'GB18030') {
  const body = iconv.encode(`<?xml version="1.0" encoding="${charset}"?>\n${xml}`, charset);
  const { status, type, bytes } = await desk.raw('/v1/legacy-xml', 'application/xml', body);
  return { status, type, bytes, text: status === 200 ? decoder.decode(bytes) : bytes.toString('utf8') };
}
const fieldsOf = (xml: string) =>
  Object.fromEntries([...xml.matchAll(/<([A-Za-z0-9]+)>([^<]*)<\/\1>/g)].map(([, name, text]) => [name, text]));

describe('reading', () => {
  test('holder and issuer by the names of the national interface, in GB 18030', async () => {
    const { status, type, bytes, text } = await call(`<iR_DDF1EF06Info><hDev>${hDev}</hDev></iR_DDF1EF06Info>`);
    expect([status, type]).toEqual([200, 'application/xml; charset=GB18030']);
    expect(text).toContain('<?xml version="1.0" encoding="GB18030"?>\n<iR_DDF1EF06Info>\n<code>0</code>');
    expect(text).toContain(
      '<DDF1EF06><XM>张三</XM><XB>01</XB><MZ>01</MZ><CSRQ>19900307</CSRQ><SFZH>130102199003070054</SFZH></DDF1EF06>',
    );
    // 张三 in GB 18030-2022: D5C5 C8FD.
    expect(bytes.includes(Buffer.from('D5C5C8FD', 'hex'))).toBe(true);
    expect(fieldsOf((await call(`<iR_DDF1EF05Info><hDev>${hDev}</hDev></iR_DDF1EF05Info>`)).text)).toMatchObject({
      KLB: '1',
      FKJGMC: '石家庄市卫健委',
      FKJGDM: '1301',
    });
  });

  test('every file answers with every field name of its function', async () => {
    for (const [file, { fields }] of Object.entries({ ...LEGACY_FILES, ...LEGACY_LISTS, ...LEGACY_INDEXES })) {
      const number = file in LEGACY_LISTS ? '<nRecorderNo>1</nRecorderNo>' : '';
      const { text } = await call(`<iR_${file}Info><hDev>${hDev}</hDev>${number}</iR_${file}Info>`);
      const inner = new RegExp(`<${file}>(.*)</${file}>`).exec(text)?.[1] ?? '';
      expect([...inner.matchAll(/<([A-Z0-9]+)>/g)].map(([, name]) => name)).toEqual([...fields]);
    }
  });

  test('a card that is gone, a function that is none', async () => {
    desk.remove();
    expect((await call(`<iR_DDF1EF06Info><hDev>${hDev}</hDev></iR_DDF1EF06Info>`)).text).toMatch(
      /<code>104<\/code>\n<name>CARD_ERR<\/name>[\s\S]*<message>读卡器中没有卡。<\/message>/,
    );
    expect((await call('<SendAPDU><hDev>1</hDev></SendAPDU>')).status).toBe(404);
  });
});

describe('writing', () => {
  test.each(['GB18030', 'GBK', 'UTF-8'])(
    'an address declared as %s reaches the chip as it was meant',
    async (charset) => {
      const address = '河北省石家庄市长安区中山东路&amp;1号';
      const { text } = await call(
        `<iW_DF01EF05Info><hDev>${hDev}</hDev><DZ1>${address}</DZ1></iW_DF01EF05Info>`,
        charset,
      );
      expect(fieldsOf(text)).toMatchObject({ code: '0', name: 'IRV_OK' });
      expect((await call(`<iR_DF01EF05Info><hDev>${hDev}</hDev></iR_DF01EF05Info>`)).text).toContain(
        `<DZ1>${address}</DZ1>`,
      );
    },
  );

  test('a character of four bytes goes there and back', () => {
    const name = '𠮷㐀龥';
    const bytes = legacyXml('iR_DDF1EF06Info', { code: 0, name: 'IRV_OK', fields: { XM: name }, error: null });
    expect(decoder.decode(bytes)).toContain(`<XM>${name}</XM>`);
    const asked = iconv.encode(`<?xml version="1.0" encoding="GB18030"?><iW_x><XM>${name}</XM></iW_x>`, 'gb18030');
    expect(parseLegacyXml(asked)).toEqual({ name: 'iW_x', parameters: { XM: name } });
  });
});

describe('hostile XML', () => {
  test.each([
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY x "y">]><a><XM>&x;</XM></a>'],
    ['a file', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><XM>&x;</XM></a>'],
    ['an unknown entity', '<a><XM>&nbsp;</XM></a>'],
    ['nesting', '<a><b><c>1</c></b></a>'],
    ['attributes', '<a><XM x="1">1</XM></a>'],
    ['a field twice', '<a><XM>1</XM><XM>2</XM></a>'],
    ['a NUL', '<a><XM>&#0;</XM></a>'],
    ['half a surrogate pair', '<a><XM>&#xD800;</XM></a>'],
    ['no end', '<a><XM>1</XM>'],
    ['text between', '<a>text<XM>1</XM></a>'],
    ['too many fields', `<a>${Array.from({ length: 41 }, (_, i) => `<F${i}>1</F${i}>`).join('')}</a>`],
    ['too long a field', `<a><XM>${'x'.repeat(401)}</XM></a>`],
    ['nothing', ''],
  ])('%s', (_, xml) => {
    expect(() => parseLegacyXml(Buffer.from(xml))).toThrow(expect.objectContaining({ code: 'LEGACY_PARAMETER' }));
  });
  test('bytes that are no character of the declared charset, and a charset that is none', () => {
    const bad = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="GB18030"?><a><XM>'),
      Buffer.from([0x81]),
      Buffer.from('</XM></a>'),
    ]);
    for (const bytes of [bad, Buffer.from('<?xml version="1.0" encoding="UTF-7"?><a/>')]) {
      expect(() => parseLegacyXml(bytes)).toThrow(expect.objectContaining({ code: 'LEGACY_PARAMETER' }));
    }
  });
  test('ten thousand opening tags cost no time', () => {
    const began = process.cpuUsage().user;
    expect(() => parseLegacyXml(Buffer.from('<a>'.repeat(10_000)))).toThrow();
    expect(process.cpuUsage().user - began).toBeLessThan(5e6);
  });
});
