import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bearerToken, ensureTokenFile, readSecretFile, tokenMatches } from './secret-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'rhc-secret-'));

describe('secret files', () => {
  test('a made token has mode 0600 and stays the same', () => {
    const path = join(folder, 'token');
    ensureTokenFile(path);
    const first = readFileSync(path, 'utf8');
    ensureTokenFile(path);
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const secret = readSecretFile(path);
    expect(tokenMatches(secret, bearerToken(`Bearer ${first.trim()}`))).toBe(true);
    expect(tokenMatches(secret, first.trim().slice(1))).toBe(false);
    expect(tokenMatches(secret, undefined)).toBe(false);
    expect(JSON.stringify({ secret })).not.toContain(first.trim());
  });

  test.each([
    ['missing', undefined, 0o600],
    ['empty', '\n', 0o600],
    ['readable by others', 'x', 0o644],
  ])('a %s file is refused by name', (what, content, mode) => {
    const path = join(folder, what.replaceAll(' ', '-'));
    if (content !== undefined) {
      writeFileSync(path, content);
      chmodSync(path, mode);
    }
    expect(() => readSecretFile(path)).toThrow(
      expect.objectContaining({ code: 'SECRET_FILE_REFUSED', fields: [expect.objectContaining({ field: path })] }),
    );
  });
});
