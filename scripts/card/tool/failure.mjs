/** What the tool says when it cannot go on: one sentence, the next step, an exit status. */
import { isRhcError } from '@rhc/card/errors';

export const EXIT = { ok: 0, failed: 1, usage: 2, incomplete: 3 };

export class ToolFailure extends Error {
  /**
   * @param {string} code @param {import('@rhc/card/errors').Text} text @param {import('@rhc/card/errors').Text} nextStep
   * @param {number} exitStatus
   */
  constructor(code, text, nextStep, exitStatus = EXIT.failed) {
    super(`${text.en} [${code}]`);
    this.name = 'ToolFailure';
    this.code = code;
    this.text = text;
    this.nextStep = nextStep;
    this.exitStatus = exitStatus;
  }
}

/** @param {string} zh @param {string} en */
export function usage(zh, en) {
  return new ToolFailure(
    'CARD_TOOL_USAGE',
    { zh, en },
    { zh: '用法见 npm run card -- --help。', en: 'See npm run card -- --help.' },
    EXIT.usage,
  );
}

/**
 * The error as it is shown; null for a fault of the program, which is thrown as it is.
 * @param {unknown} error
 */
export function shownError(error) {
  if (error instanceof ToolFailure) return error;
  // VirtualCardError has the same shape as the family's errors.
  const shaped = /** @type {{ code?: unknown, text?: unknown, nextStep?: unknown, detail?: string } | null} */ (error);
  if (isRhcError(error) || (typeof shaped?.code === 'string' && shaped.text !== undefined && shaped.nextStep)) {
    const { code, text, nextStep, detail } =
      /** @type {{ code: string, text: import('@rhc/card/errors').Text, nextStep: import('@rhc/card/errors').Text, detail?: string }} */ (
        error
      );
    return { code, text, nextStep, detail, exitStatus: EXIT.failed };
  }
  return null;
}
