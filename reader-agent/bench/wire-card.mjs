/**
 * A personalized virtual card for the benches, a process of its own beside pcscd: it takes as long as a chip on that wire
 * would (CARD.md, wire model), or no time at all. `node wire-card.mjs PORT LINK|none`
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { COMPARED_LINKS, exchangeMs } from '@rhc/card/wire-model';
import { VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory, writtenBytes } from '@rhc/virtual-card/memory';
import { VpcdClient } from '@rhc/virtual-card/vpcd';
import { cardKind, makeCard } from '../../scripts/simulator/cards.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [port, linkName] = process.argv.slice(2);
const link = COMPARED_LINKS.find(({ id }) => id === linkName);

let written = 0;
const card = new VirtualCard({
  memory: new ProcessMemory((await makeCard(ROOT, cardKind('healthy'))).read()),
  random: (length) => new Uint8Array(randomBytes(length)),
  onCommit: (changes) => {
    written += writtenBytes(changes);
  },
});
card.powerOn();
new VpcdClient({ host: '127.0.0.1', port: Number(port) }).insert({
  atr: card.atr,
  powerOn: () => void card.powerOn(),
  powerOff: () => card.powerOff(),
  reset: () => void card.reset(),
  transmit: async (command) => {
    const arrived = performance.now();
    if (!card.isPowered) card.powerOn();
    written = 0;
    const response = card.transmit(command);
    if (link === undefined) return response;
    const { length: commandBytes } = command;
    const due = arrived + exchangeMs(link, { commandBytes, responseBytes: response.length, writtenBytes: written });
    // A timer rounds up to the next millisecond, on every exchange: the last two are waited for awake.
    const sleep = Math.floor(due - performance.now()) - 2;
    if (sleep > 0) await delay(sleep);
    while (performance.now() < due);
    return response;
  },
});
