/** `apdu`: sends commands one after the other in one session, and explains each answer. */
import { formatStatusWord, parseResponse } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import { contextAfterReset, explainAnswer, explainCommand, followCommand } from '@rhc/card/explain';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { openCard } from './card-source.mjs';
import { bytesOfWord, hexWords, printAnswer, printCommand } from './explain.mjs';
import { EXIT, usage } from './failure.mjs';
import { say } from './output.mjs';

const FIRST_SUCCESS = 0x9000;

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function apdu(options, output) {
  const commands = (await hexWords(options.words)).map(bytesOfWord);
  if (commands.length === 0) throw usage('缺少命令', 'a command is missing');
  // Every command is read before the first is sent.
  for (const command of commands) {
    if (command.length < 4) throw usage('命令至少 4 字节', 'a command has at least 4 bytes');
  }
  const card = await openCard(options);
  const results = [];
  let statusWord = FIRST_SUCCESS;
  try {
    let context = contextAfterReset(nationalProfile, rhcBlank1);
    for (const command of commands) {
      const told = explained(() => explainCommand(command, context));
      if (!options.json && told !== null) printCommand(output, told);
      const response = await card.transmit(command);
      statusWord = parseResponse(response).sw;
      const answer = explainAnswer(response, context, told === null ? null : command);
      results.push({
        command: told ?? { header: bytesToHex(command.slice(0, 4)) },
        response: bytesToHex(response),
        answer,
      });
      if (!options.json) {
        printAnswer(output, answer);
        say();
      }
      if (told !== null) context = followCommand(context, command, response);
    }
  } finally {
    await card.close();
  }
  if (options.json) output.json({ card: card.name, statusWord: formatStatusWord(statusWord), exchanges: results });
  return statusWord === FIRST_SUCCESS || statusWord >>> 8 === 0x61 ? EXIT.ok : EXIT.failed;
}

/** Bytes that are no command may be sent all the same: that is what one looks for. @template T @param {() => T} make */
function explained(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
