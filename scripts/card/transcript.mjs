/**
 * A dialogue as JSON lines: command, answer, time by the wire model, bytes written to non-volatile memory. Enciphered keys,
 * cryptograms and the answer of internal authentication are replaced by their length and the beginning of their digest,
 * so that a change is still seen (the pilot's are public; a transcript of another card must not hold them).
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { explainCommand, unknownContext } from '@rhc/card/explain';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { CONTACTLESS_106, exchangeMs } from '@rhc/card/wire-model';
import { SUITE } from './pilot-card.mjs';

const CONTEXT = unknownContext(nationalProfile, rhcBlank1);
const HEADER_BYTES = 5;
const CRYPTOGRAM_BYTES = 8;

/** @param {Uint8Array} bytes */
function redacted(bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return `<${bytes.length} bytes ${digest}>`;
}

/** @param {string} name @param {Uint8Array} command */
function commandText(name, command) {
  const secret = { 'WRITE KEY': command.length, 'EXTERNAL AUTHENTICATE': HEADER_BYTES + CRYPTOGRAM_BYTES }[name];
  if (secret === undefined) return bytesToHex(command);
  const head = bytesToHex(command.slice(0, HEADER_BYTES));
  return `${head}${redacted(command.slice(HEADER_BYTES, secret))}${bytesToHex(command.slice(secret))}`;
}

/** @param {string} name @param {Uint8Array} answer */
function answerText(name, answer) {
  if (name !== 'INTERNAL AUTHENTICATE' || answer.length <= 2) return bytesToHex(answer);
  return `${redacted(answer.slice(0, -2))}${bytesToHex(answer.slice(-2))}`;
}

/** @param {import('./pilot-card.mjs').RecordedExchange} exchange */
export function exchangeOf({ command, answer, writtenBytes }) {
  return { commandBytes: command.length, responseBytes: answer.length, writtenBytes };
}

/**
 * @param {import('./dialogues.mjs').Dialogue} dialogue
 * @param {readonly import('./pilot-card.mjs').RecordedExchange[]} exchanges
 */
export function transcriptLines(dialogue, exchanges) {
  const head = {
    dialogue: dialogue.id,
    text: dialogue.text,
    suite: SUITE,
    link: CONTACTLESS_106.id,
    apdus: exchanges.length,
  };
  const lines = exchanges.map((exchange) => {
    const { name } = explainCommand(exchange.command, CONTEXT);
    return {
      name,
      command: commandText(name, exchange.command),
      answer: answerText(name, exchange.answer),
      ms: Math.round(exchangeMs(CONTACTLESS_106, exchangeOf(exchange)) * 100) / 100,
      nonVolatileBytes: exchange.writtenBytes,
    };
  });
  return `${[head, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n`;
}
