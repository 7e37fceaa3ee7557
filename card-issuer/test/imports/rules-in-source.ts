/** The rules of a resident's record as they stand in the source: a rule that nobody's row breaks is found by its absence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDENTITY_NUMBER_RULES } from '../../src/domain/identity-number.ts';
import { photoFault, tooLargePhoto } from '../../src/domain/photo.ts';
import type { ResidentInput } from '../../src/domain/resident.ts';

const SOURCES = ['validate-resident', 'record-check'].map((name) =>
  join(process.cwd(), `card-issuer/src/domain/${name}.ts`),
);
const FAULT = /\.fault\(/g;
/** The field (a name, a text or a template), then the rule in Chinese. */
const FAULT_WITH_RULE = /\.fault\(\s*(?:\w+|'\w+'|`[^`]+`),\s*(?:'([^']+)'|`([^`]+)`)/g;
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @throws Error when a call is written so that its rule is not found: then this search must learn it */
export function rulesInSource(): RegExp[] {
  const source = SOURCES.map((path) => readFileSync(path, 'utf8')).join('\n');
  const found = [...source.matchAll(FAULT_WITH_RULE)].map(([, plain, template]) => plain ?? template ?? '');
  const calls = source.match(FAULT)?.length ?? 0;
  if (found.length !== calls) throw new Error(`${calls} calls of fault, ${found.length} rules found`);
  const elsewhere = [
    ...Object.values(IDENTITY_NUMBER_RULES),
    tooLargePhoto(4000),
    photoFault(new Uint8Array(9)) ?? { zh: '' },
  ];
  const texts = [...found, ...elsewhere.map(({ zh }) => zh)];
  return [...new Set(texts)].map((text) => {
    const parts = text.split(/\$\{[^}]*\}/).map(escaped);
    return new RegExp(`^${parts.join('.+')}$`, 'u');
  });
}

/** Without its document's number. */
export const SOUND_INPUT = {
  name: '单雪莲',
  sex: '女',
  ethnicGroup: '汉',
  birthDate: '1985-06-12',
  documentType: '居民身份证',
  areaCode: '130102',
};

/** What only the form at the counter can say: our roster has no column for it. */
export const FORM_ONLY: readonly Partial<ResidentInput>[] = [
  { villageCode: '13010200100' },
  { villageCode: '130104001003' },
  { villageCode: '130102000003' },
  { otherDocuments: Array.from({ length: 6 }, () => ({ documentType: '护照', documentNumber: 'E12345678' })) },
  { otherDocuments: [{ documentType: '居民身份证', documentNumber: '123456789012345678' }] },
  { otherDocuments: [{ documentType: '护照', documentNumber: '?' }] },
  { otherContacts: Array.from({ length: 3 }, () => ({ name: '甲' })) },
  { otherContacts: [{ name: '' }] },
  { photo: new Uint8Array(4000) },
  { photo: new Uint8Array(9) },
];
