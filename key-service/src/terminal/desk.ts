/** How the terminal asks people: by prompts with names, so that a file of answers can stand in for them in tests. */
import { keyServiceErrors } from '../errors.ts';

export interface Desk {
  say(text: string): void;
  /** @param name for example `role/witness/1`, `act/token/administrator`, `confirm/confirm/witness` */
  ask(name: string, prompt: string): Promise<string>;
  /** Nothing of it is echoed or becomes a string. The caller wipes it. */
  askHidden(name: string, prompt: string, bytes: number): Promise<Uint8Array>;
  close(): void;
}

export const HEX_DIGITS = '0123456789abcdef';

/** @returns −1 for a character that is no hex digit */
export const nibble = (character: number): number => HEX_DIGITS.indexOf(String.fromCharCode(character).toLowerCase());

/**
 * Answers by prompt name; a name that ends in `*` answers all that begin so. What is missing is an error: a test that
 * is asked something else than it expects must not hang.
 */
export function answeringDesk(answers: Readonly<Record<string, string>>, say: (text: string) => void): Desk {
  const find = (name: string): string => {
    const own = answers[name];
    if (own !== undefined) return own;
    const wild = Object.keys(answers).find((each) => each.endsWith('*') && name.startsWith(each.slice(0, -1)));
    if (wild === undefined) throw keyServiceErrors.make('CEREMONY_ANSWER_MISSING', { detail: name });
    return answers[wild] as string;
  };
  return {
    say,
    ask: async (name) => find(name),
    askHidden: async (name) => Uint8Array.from(Buffer.from(find(name), 'hex')),
    close: () => undefined,
  };
}
