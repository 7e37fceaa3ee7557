/** A digit chooses from a short list, wherever the focus is. */
import { useEffect } from 'react';

/** @param ids at most nine, in the order in which they are shown; none: digits mean nothing */
export function useDigitChoice(ids: readonly string[], onChoose: (id: string) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const chosen = /^[1-9]$/.test(event.key) ? ids[Number(event.key) - 1] : undefined;
      if (chosen === undefined) return;
      event.preventDefault();
      onChoose(chosen);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [ids, onChoose]);
}
