/** Sections of the summary for a person's eyes: a receiver that understands nothing else must still be able to show them. */
import type { Narrative } from './fhir-types.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** One line an item; an empty list is said in words. */
export function narrative(lines: readonly string[], empty: string): Narrative {
  const items = lines.map((line) => `<li>${escapeXml(line)}</li>`).join('');
  const body = items === '' ? `<p>${escapeXml(empty)}</p>` : `<ul>${items}</ul>`;
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>` };
}

/** XML 1.0 has no control characters; what a damaged field holds of them is shown as a replacement character. */
export function escapeXml(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const writable = code >= 0x20 && code !== 0xfffe && code !== 0xffff && !(code >= 0xd800 && code <= 0xdfff);
      return writable ? (ENTITIES[character] ?? character) : '\ufffd';
    })
    .join('');
}
