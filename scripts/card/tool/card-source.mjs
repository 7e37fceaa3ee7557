/** The card that the tool speaks with: in a reader (PC/SC through the agent's supervised port) or an image in process. */
import { ToolFailure, usage } from './failure.mjs';

/**
 * @typedef {object} OpenCard
 * @property {string} name reader or image
 * @property {Uint8Array} atr
 * @property {(command: Uint8Array) => Promise<Uint8Array>} transmit
 * @property {() => Promise<void>} close
 */

/** Readers and cards are told of one by one; after this silence the picture is taken to be whole. */
const QUIET_MS = 200;
const STATE_POLL_MS = 20;
const LOOK_DEADLINE_MS = 5000;

/** @param {Pick<import('./options.mjs').Options, 'reader' | 'image'>} options @returns {Promise<OpenCard>} */
export async function openCard(options) {
  return options.image === null ? openReader(options.reader) : openImage(options.image);
}

/** @param {string} path */
async function openImage(path) {
  const fs = await import('node:fs');
  const { randomBytes } = await import('node:crypto');
  const { VirtualCard } = await import('@rhc/virtual-card/cos');
  const { ImageFileMemory } = await import('@rhc/virtual-card/memory');
  if (!fs.existsSync(path)) {
    throw new ToolFailure(
      'CARD_TOOL_IMAGE_MISSING',
      { zh: `没有卡映像文件 ${path}。`, en: `There is no card image ${path}.` },
      {
        zh: '请核对路径；npm start 的卡在 var/cards/ 下，或用 npm run virtual-card 制作一张。',
        en: 'Check the path; npm start keeps its cards below var/, npm run virtual-card makes a new one.',
      },
    );
  }
  const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
  const card = new VirtualCard({ memory: new ImageFileMemory({ path, fileSystem: fs, random }), random });
  card.powerOn();
  return {
    name: path,
    atr: card.atr,
    transmit: async (/** @type {Uint8Array} */ command) => card.transmit(command),
    close: async () => card.powerOff(),
  };
}

/**
 * Looks until nothing new is told any more. @param {(cards: ReadonlyMap<string, Uint8Array | null>) => boolean} [enough]
 */
export async function lookAround(enough = () => false) {
  const { fileURLToPath } = await import('node:url');
  const pcsc = await import('../../../reader-agent/dist/pcsc/index.js');
  const childPath = fileURLToPath(new URL('../../../reader-agent/dist/pcsc/child.js', import.meta.url));
  const port = new pcsc.SupervisedPort({
    spawn: () => pcsc.forkPcscChild({ childPath, env: process.env }),
    timers: pcsc.systemTimers,
    limits: pcsc.DEFAULT_LIMITS,
    readerReturnMs: LOOK_DEADLINE_MS,
  });
  /** @type {Map<string, Uint8Array | null>} */
  const cards = new Map();
  await new Promise((resolve) => {
    const deadline = setTimeout(resolve, LOOK_DEADLINE_MS);
    let quiet = setTimeout(() => undefined, 0);
    const finish = () => {
      clearTimeout(deadline);
      clearTimeout(quiet);
      resolve(undefined);
    };
    const settle = () => {
      clearTimeout(quiet);
      if (enough(cards) || port.health().state === 'service-down') finish();
      else if (port.health().state === 'running') quiet = setTimeout(finish, QUIET_MS);
      else quiet = setTimeout(settle, STATE_POLL_MS);
    };
    port.subscribe((event) => {
      if (event.kind === 'reader-added') cards.set(event.reader, null);
      if (event.kind === 'reader-removed') cards.delete(event.reader);
      if (event.kind === 'card-inserted') cards.set(event.reader, event.atr);
      if (event.kind === 'card-removed') cards.set(event.reader, null);
      settle();
    });
    settle();
  });
  const { state, error } = port.health();
  if (state === 'service-down' && error !== null) {
    await port.close();
    const { errorFromBody } = await import('@rhc/card/errors');
    throw errorFromBody(error);
  }
  return { port, cards };
}

/** @param {string | null} wanted @returns {Promise<OpenCard>} */
async function openReader(wanted) {
  const fits = (/** @type {string} */ name) => wanted === null || name.toLowerCase().includes(wanted.toLowerCase());
  const { port, cards } = await lookAround(
    (known) => wanted !== null && [...known].some(([name, atr]) => name === wanted && atr !== null),
  );
  try {
    const found = [...cards].filter(([name, atr]) => fits(name) && atr !== null);
    const [chosen] = found;
    if (chosen === undefined || chosen[1] === null) throw noCard(cards, wanted);
    if (found.length > 1) {
      const names = found.map(([name]) => name).join(', ');
      throw usage(
        `多个读卡器中有卡（${names}），请用 --reader 指明`,
        `cards in several readers (${names}): choose by --reader`,
      );
    }
    const [name, atr] = chosen;
    const handle = await port.connect(name, { share: 'exclusive' });
    return {
      name,
      atr,
      transmit: (command) => port.transmit(handle, command),
      close: async () => {
        await port.disconnect(handle, 'reset');
        await port.close();
      },
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}

/** @param {ReadonlyMap<string, unknown>} cards @param {string | null} wanted */
function noCard(cards, wanted) {
  const readers = [...cards.keys()];
  const which = wanted === null ? '' : ` ${wanted}`;
  if (readers.length === 0) {
    return new ToolFailure(
      'READER_NONE',
      { zh: '没有找到读卡器。', en: 'No card reader was found.' },
      { zh: '请插好读卡器；或用 --image 读取卡映像。', en: 'Plug the reader in; or read an image with --image.' },
    );
  }
  return new ToolFailure(
    'CARD_ABSENT',
    { zh: `读卡器${which} 中没有卡。`, en: `There is no card in reader${which}.` },
    { zh: `请放入居民健康卡。读卡器：${readers.join('、')}`, en: `Insert the card. Readers: ${readers.join(', ')}` },
  );
}
