import { expect, test } from '@jest/globals';
import type { Token } from '../pkcs11/token.ts';
import { standingRoot } from './standing-root.ts';

/** A token whose root answers `CKR_…`, and whose fresh keys work or do not. */
function tokenWith(answer: string, freshWorks: boolean) {
  const acts: string[] = [];
  const checkValue = () => {
    if (!freshWorks) throw new Error('CKR_MECHANISM_INVALID:112 C_DeriveKey');
    return Uint8Array.of(1, 2, 3);
  };
  const token = {
    hasRoot: () => true,
    root: () => ({
      suite: 'intl-128',
      checkValue: () => {
        throw new Error(answer);
      },
    }),
    forgetRoot: (name: string) => acts.push(`forget ${name}`),
    destroyRoot: (name: string) => acts.push(`destroy ${name}`),
    suite: () => ({ templates: { candidate: [], session: [] }, key: () => ({ checkValue }) }),
    generate: () => Buffer.of(1),
    derive: () => Buffer.of(2),
    random: (count: number) => Buffer.alloc(count),
    destroy: () => undefined,
  };
  return { token: token as unknown as Token, acts };
}

test('torn only where a fresh key of the same suite works; nothing is destroyed by looking', () => {
  const { token, acts } = tokenWith('CKR_MECHANISM_INVALID:112 C_DeriveKey', true);
  expect(standingRoot(token, 'TMK#1')).toBe('torn');
  expect(acts).toEqual(['forget TMK#1']);
});

test('a mechanism that the token refuses to every key is an error, and the root stays', () => {
  const { token, acts } = tokenWith('CKR_MECHANISM_INVALID:112 C_DeriveKey', false);
  expect(() => standingRoot(token, 'TMK#1')).toThrow('CKR_MECHANISM_INVALID');
  expect(acts).toEqual([]);
});

test('any other answer is an error, and the root stays', () => {
  const { token, acts } = tokenWith('CKR_DEVICE_ERROR:48 C_DeriveKey', true);
  expect(() => standingRoot(token, 'TMK#1')).toThrow('CKR_DEVICE_ERROR');
  expect(acts).toEqual([]);
});
