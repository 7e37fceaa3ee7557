/** `npm run virtual-card`: one emulated card in one of vpcd's virtual readers. */
import { lstatSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { CardHand } from './cli/control.ts';
import { type CliOptions, HELP, parseOptions } from './cli/options.ts';
import { VirtualCardError } from './errors.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function fail(error: unknown): never {
  if (!(error instanceof VirtualCardError)) throw error;
  const detail = error.detail === undefined ? '' : `: ${error.detail}`;
  say(`${error.text.zh} · ${error.text.en}${detail}\n→ ${error.nextStep.zh} · ${error.nextStep.en}`);
  process.exit(2);
}

function answerLines(hand: CardHand, input: Readable, reply: (line: string) => void): void {
  createInterface({ input }).on('line', (line) => {
    if (line.trim() === '') return;
    try {
      reply(JSON.stringify({ ok: true, ...hand.command(line) }));
    } catch (error) {
      const body =
        error instanceof VirtualCardError ? error.toBody() : { code: 'VIRTUAL_CARD_FAULT', text: `${error}` };
      reply(JSON.stringify({ ok: false, ...body }));
    }
  });
}

function run(options: CliOptions): void {
  const hand = new CardHand(options, say);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answerLines(hand, socket, (line) => socket.write(`${line}\n`));
  });
  if (options.control !== null) {
    const path = options.control;
    // A socket left over from a killed run; any other file at this path stays and is reported.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
    server.on('error', (cause) =>
      fail(new VirtualCardError('VIRTUAL_CARD_OPTION', { detail: `--control ${path}`, cause })),
    );
    server.listen(path);
  }
  answerLines(hand, process.stdin, (line) => process.stdout.write(`${line}\n`));
  const stop = (): void => {
    hand.eject();
    if (options.control !== null) server.close();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (!options.ejected) hand.insert();
  const { atr, state, image } = hand.status();
  say(`虚拟卡 · virtual card ${image}: ATR ${atr}, ${state}; vpcd ${options.host}:${options.port}`);
  // With neither reader nor control the event loop would run dry.
  setInterval(() => undefined, 60_000);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(HELP);
  else run(options);
} catch (error) {
  fail(error);
}
