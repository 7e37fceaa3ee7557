import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { noteDigest, noteText, openNote, signedNote, splitNotes } from './checkpoint.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const raw = (text: string) =>
  Uint8Array.from(sign('sha256', Buffer.from(text), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));
const checkpoint = { origin: 'example/log', size: 12, root: new Uint8Array(32).fill(7) };

test('300 signatures of every length of r and s become DER that node:crypto accepts', () => {
  for (let size = 0; size < 300; size++) {
    const each = { ...checkpoint, size };
    expect(openNote(signedNote(each, raw(noteText(each)), pair.publicKey), pair.publicKey)).toEqual(each);
  }
  expect(noteDigest(checkpoint)).toHaveLength(32);
});

test("a witness's line beside the log's own is let be", () => {
  const note = signedNote(checkpoint, raw(noteText(checkpoint)), pair.publicKey);
  expect(openNote(`${note}\u2014 witness.example AAAAAAAA\n`, pair.publicKey)).toEqual(checkpoint);
});

test('forms that are none', () => {
  const note = signedNote(checkpoint, raw(noteText(checkpoint)), pair.publicKey);
  for (const bad of [
    '',
    'x',
    note.trimEnd(),
    note.replace('12', '012'),
    note.replace('12', '-1'),
    note.replace('\n', ''),
  ]) {
    expect(openNote(bad, pair.publicKey)).toBe('form');
  }
  expect(openNote(note.replace('example/log\n', 'example/gol\n'), pair.publicKey)).toBe('unknown-key');
  expect(openNote(note.replace('\n12\n', '\n13\n'), pair.publicKey)).toBe('signature');
});

test('notes are parted again from one text', () => {
  const notes = [1, 2, 3].map((size) => {
    const each = { ...checkpoint, size };
    return signedNote(each, raw(noteText(each)), pair.publicKey);
  });
  expect(splitNotes(notes.join('\n'))).toEqual(notes);
  expect(splitNotes(notes.join(''))).toEqual(notes);
  expect(splitNotes('')).toEqual([]);
});
