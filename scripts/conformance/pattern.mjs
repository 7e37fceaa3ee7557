/** Answers and status words as the suite writes them: `..` any byte, `..{n}` n of them, `*` any rest, `X` any digit, `|` or. */

/** @param {string} pattern @param {string} hex */
export function fitsAnswer(pattern, hex) {
  const source = pattern
    .replaceAll(/\.\.\{(\d+)\}/g, '(?:[0-9A-F]{2}){$1}')
    .replaceAll('..', '[0-9A-F]{2}')
    .replaceAll('*', '(?:[0-9A-F]{2})*');
  return new RegExp(`^${source}$`).test(hex);
}

/** @param {string} pattern @param {string} sw */
export function fitsStatus(pattern, sw) {
  return pattern.split('|').some((one) => new RegExp(`^${one.replaceAll('X', '[0-9A-F]')}$`).test(sw));
}
