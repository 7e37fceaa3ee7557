/** What stays between two starts: folders, service tokens, free ports. All of it below var/, readable by its owner only. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { StartFailure } from './failure.mjs';

const PORT_ATTEMPTS = 50;

/** @param {string} varDir folder of the state, made when missing */
export function prepareState(varDir) {
  const dirs = {
    var: varDir,
    log: join(varDir, 'log'),
    run: join(varDir, 'run'),
    tokens: join(varDir, 'tokens'),
    keyService: join(varDir, 'key-service'),
    keyOperators: join(varDir, 'tokens/key-operators'),
    cardIssuer: join(varDir, 'card-issuer'),
    readerAgent: join(varDir, 'reader-agent'),
    virtualCard: join(varDir, 'virtual-card'),
  };
  for (const dir of Object.values(dirs)) {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o700);
  }
  const tokens = {
    keyService: join(dirs.tokens, 'key-service'),
    issuer: join(dirs.tokens, 'card-issuer'),
    agent: join(dirs.tokens, 'reader-agent'),
  };
  for (const path of Object.values(tokens)) {
    try {
      writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
  return { dirs, tokens: { ...tokens, ...prepareIssuerUsers(dirs.tokens) } };
}

/** People of the demonstration: invented names, one for each role of card-issuer. */
const ISSUER_PEOPLE = [
  { role: 'clerk', id: 'clerk:wang.fang', name: '王芳' },
  { role: 'reviewer', id: 'reviewer:li.qiang', name: '李强' },
  { role: 'stock', id: 'stock:zhao.min', name: '赵敏' },
  { role: 'manager', id: 'manager:chen.jing', name: '陈静' },
  { role: 'auditor', id: 'auditor:liu.yang', name: '刘洋' },
];

/**
 * One token file a person, and the register that card-issuer reads: it holds their hashes. A register that is there is
 * left as it is, so that people added to it stay.
 * @param {string} folder
 */
function prepareIssuerUsers(folder) {
  /** @type {Record<string, string>} */
  const issuerPeople = {};
  const users = ISSUER_PEOPLE.map(({ role, id, name }) => {
    const file = join(folder, `card-issuer-${role}`);
    issuerPeople[role] = file;
    if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    const tokenSha256 = createHash('sha256').update(readFileSync(file, 'utf8').trim()).digest('hex');
    return { id, name, roles: [role], tokenSha256 };
  });
  const issuerUsers = join(folder, 'card-issuer-users.json');
  if (!existsSync(issuerUsers)) writeFileSync(issuerUsers, `${JSON.stringify({ users }, null, 2)}\n`, { mode: 0o600 });
  return { issuerUsers, issuerPeople };
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** The wanted ports, or for each that is taken the next free one. @param {readonly number[]} wanted */
export async function choosePorts(wanted) {
  /** @type {number[]} */
  const chosen = [];
  for (const first of wanted) {
    let port = first;
    while (
      chosen.includes(port) ||
      wanted.some((other) => other !== first && other === port) ||
      !(await isFree(port))
    ) {
      port += 10;
      if (port > first + 10 * PORT_ATTEMPTS)
        throw new StartFailure(
          { zh: `找不到空闲端口（从 ${first} 起）。`, en: `No free port was found from ${first} on.` },
          { zh: '请停止占用这些端口的程序。', en: 'Stop the programs that hold these ports.' },
        );
    }
    chosen.push(port);
  }
  return chosen;
}
