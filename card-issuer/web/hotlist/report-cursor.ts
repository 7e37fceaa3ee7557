/** Where the last export of this browser ended. */
const NAME = 'rhc-registry-cursor';

export const cursorPlace = {
  read(): number {
    const kept = Number(localStorage.getItem(NAME) ?? '0');
    return Number.isSafeInteger(kept) && kept >= 0 ? kept : 0;
  },
  write: (cursor: number): void => localStorage.setItem(NAME, String(cursor)),
};
