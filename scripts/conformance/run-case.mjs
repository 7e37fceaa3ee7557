/** Runs the steps of one case against a card and says at which step the card answered otherwise. */
import { fitsAnswer, fitsStatus } from './pattern.mjs';
import { PilotTerminal } from './pilot-terminal.mjs';

/**
 * @typedef {{ transmit(command: Uint8Array): Promise<Uint8Array> | Uint8Array, reset(): Promise<Uint8Array> | Uint8Array }} Card
 * @typedef {{ id: string, clause: string, also?: string[], title: { zh: string, en: string }, chip: string, consequence: string, steps: any[] }} Case
 * @typedef {{ step: number, verb: string, expected: string, got: string }} Deviation
 */

/**
 * @param {Card} card powered, in the state that the case names
 * @param {Case} one
 * @param {{ suite: import('@rhc/card/profile').AlgorithmSuite, province: string }} options
 * @returns {Promise<Deviation | null>}
 */
export async function runCase(card, one, options) {
  const exchange = async (/** @type {string} */ command) =>
    hexOf(await card.transmit(Uint8Array.from(Buffer.from(command, 'hex'))));
  const terminal = new PilotTerminal(exchange, options);
  /** @type {Record<string, string>} */
  const saved = {};
  for (const [i, step] of one.steps.entries()) {
    const verb = Object.keys(step)[0] ?? '';
    const fault = (/** @type {string} */ expected, /** @type {string} */ got) => ({ step: i + 1, verb, expected, got });
    try {
      if (i === 0) {
        await terminal.learnCard();
        saved.cardFactor = terminal.cardFactor;
      }
      if (verb === 'reset') {
        const atr = hexOf(await card.reset());
        if (step.atr !== undefined && !fitsAnswer(step.atr, atr)) return fault(step.atr, atr);
        continue;
      }
      const answer = await perform(terminal, expand(step, saved), saved);
      const data = answer.slice(0, -4);
      if (verb === 'digest') continue;
      const expected = expand(step.data ?? '', saved);
      const wanted = `${expected} ${step.sw}`.trim();
      if (!fitsStatus(step.sw, answer.slice(-4))) return fault(wanted, shown(answer));
      if (verb === 'challenge' ? data.length !== 16 : !fitsAnswer(expected, data)) return fault(wanted, shown(answer));
      if (step.differs !== undefined && expand(step.differs, saved) === data) return fault(`not ${data}`, data);
      if (step.save !== undefined) saved[step.save] = data;
    } catch (error) {
      return fault(step.sw ?? '', error instanceof Error ? error.message : String(error));
    }
  }
  return null;
}

/** @param {PilotTerminal} terminal @param {any} step @param {Record<string, string>} saved @returns {Promise<string>} */
async function perform(terminal, step, saved) {
  if (step.send !== undefined) return terminal.exchange(step.send);
  if (step.challenge) return `${await terminal.askChallenge()}9000`;
  if (step.authenticate) return terminal.authenticate(step.authenticate);
  if (step.protect) return terminal.protect(step.protect);
  if (step.openChannel) return terminal.openChannel(step.openChannel);
  if (step.writeKey) return terminal.writeKey(step.writeKey);
  if (step.retireKey) return terminal.retireKey(step.retireKey);
  if (step.secured) return terminal.secured(step.secured);
  if (step.internalAuthenticate) {
    const { version, r1, r2, le } = step.internalAuthenticate;
    saved.cryptogram = terminal.internalAnswer(step.internalAuthenticate);
    return terminal.exchange(`0088000011${r1}${r2}${version.toString(16).padStart(2, '0')}${le}`);
  }
  if (step.digest) {
    saved[step.save] = await terminal.digest();
    return '9000';
  }
  if (step.end) {
    const digest = await terminal.digest();
    const wrong = `${digest.slice(0, -2)}${digest.endsWith('00') ? '01' : '00'}`;
    return terminal.secured({ header: '84440000', data: step.end.digest === 'wrong' ? wrong : digest });
  }
  throw new Error(`unknown step ${JSON.stringify(step)}`);
}

/** `$name` stands for what an earlier step saved. @template T @param {T} value @param {Record<string, string>} saved @returns {T} */
function expand(value, saved) {
  if (typeof value === 'string') {
    // @ts-expect-error a string stays a string
    return value.replaceAll(/\$([A-Za-z]+)/g, (whole, name) => saved[name] ?? whole);
  }
  if (value === null || typeof value !== 'object') return value;
  return /** @type {T} */ (
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expand(inner, saved)]))
  );
}

function shown(/** @type {string} */ answer) {
  return `${answer.slice(0, -4)} ${answer.slice(-4)}`.trim();
}

function hexOf(/** @type {Uint8Array} */ bytes) {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
