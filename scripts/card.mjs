/** `npm run card -- <verb>`: looks at a card in a reader or in an image. Only what the verb needs is loaded. */
import { EXIT, shownError } from './card/tool/failure.mjs';
import { helpText } from './card/tool/help.mjs';
import { parseOptions } from './card/tool/options.mjs';

/** @type {Readonly<Record<string, (options: import('./card/tool/options.mjs').Options, output: import('./card/tool/output.mjs').Output) => Promise<number>>>} */
const RUN = {
  list: async (...given) => (await import('./card/tool/list.mjs')).list(...given),
  dump: async (...given) => (await import('./card/tool/dump.mjs')).dump(...given),
  apdu: async (...given) => (await import('./card/tool/apdu.mjs')).apdu(...given),
  explain: async (...given) => (await import('./card/tool/explain.mjs')).explain(...given),
  verify: async (...given) => (await import('./card/tool/verify.mjs')).verify(...given),
  counts: async (...given) => (await import('./card/tool/counts.mjs')).counts(...given),
};

/** @param {unknown} error @param {boolean} json */
function fail(error, json) {
  const shown = shownError(error);
  if (shown === null) throw error;
  const { code, text, nextStep, exitStatus } = shown;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message: text, nextStep } }, null, 2)}\n`);
  else process.stderr.write(`✗ ${text.zh} · ${text.en} [${code}]\n→ ${nextStep.zh} · ${nextStep.en}\n`);
  process.exitCode = exitStatus;
}

const words = process.argv.slice(2);
try {
  const options = parseOptions(words);
  if (options.help || options.verb === null) {
    process.stdout.write(helpText(options.language, options.verb));
    process.exitCode = options.help ? EXIT.ok : EXIT.usage;
  } else {
    const { Output } = await import('./card/tool/output.mjs');
    const run = RUN[options.verb];
    if (run !== undefined) process.exitCode = await run(options, new Output(options.language));
  }
} catch (error) {
  fail(error, words.includes('--json'));
}
