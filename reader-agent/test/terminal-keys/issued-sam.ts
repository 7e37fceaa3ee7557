/**
 * A key-service of its own as the programs of a house run it: ceremony on SoftHSM2, database, operators. It issues a SAM to a
 * chip image, and its PIN is taken from the mailer as a person would read it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs, { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { rhcSam1 } from '@rhc/card/profile';
import { packPin, pilotSamSecrets, SamSession } from '@rhc/card/sam';
import { issueSam, KeyServiceClient } from '../../../key-service/src/client/index.ts';
import { asTransport, SamImageFileMemory, samHistoricalBytesOf, VirtualSam } from '../../../virtual-card/src/index.ts';

const READY_MS = 60_000;
const random = (length: number) => new Uint8Array(randomBytes(length));

export interface IssuedSam {
  readonly image: string;
  readonly samSerial: string;
  readonly pin: string;
}

export class KeyServiceProcess {
  readonly folder: string;
  readonly tokenFile: string;
  readonly baseUrl: string;
  readonly #port: number;
  #child: ChildProcess | null = null;

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.#port = port;
    this.tokenFile = join(folder, 'service-token');
    this.baseUrl = `http://127.0.0.1:${port}`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.tokenFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  }

  async start(): Promise<void> {
    const state = join(this.folder, 'state');
    const program = (name: string) => join(process.cwd(), 'key-service/dist', name);
    execFileSync(process.execPath, [program('ceremony.js'), 'pilot', '--state', state], { stdio: 'pipe' });
    const log = fs.openSync(join(this.folder, 'key-service.log'), 'a', 0o600);
    this.#child = spawn(process.execPath, [program('main.js')], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        SOFTHSM2_CONF: join(state, 'softhsm2.conf'),
        RHC_KEY_SERVICE_PORT: String(this.#port),
        RHC_KEY_SERVICE_TOKEN_FILE: this.tokenFile,
        RHC_KEY_SERVICE_PIN_FILE: join(state, 'user.pin'),
        RHC_KEY_SERVICE_DATABASE: join(state, 'key-service.sqlite'),
        RHC_KEY_SERVICE_AUDIT_FOLDER: join(state, 'audit/service'),
        RHC_KEY_SERVICE_DEMO_OPERATORS: join(this.folder, 'operators'),
        RHC_KEY_SERVICE_WORKERS: '1',
      },
    });
    fs.closeSync(log);
    for (const deadline = Date.now() + READY_MS; ; ) {
      const ready = await fetch(`${this.baseUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      if (Date.now() > deadline || this.#child.exitCode !== null)
        throw new Error(readFileSync(join(this.folder, 'key-service.log'), 'utf8').slice(-2000));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async asOperator(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#operator()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** One SAM for one reader, from the order to the mailer. @param image where its chip is written */
  async issue(image: string, terminalNumber: string): Promise<IssuedSam> {
    const order = { provinceCode: '13', institution: '正定县人民医院', firstTerminalNumber: terminalNumber, count: 1 };
    const { orderId } = (await (await this.asOperator('POST', '/v1/sam-orders', order)).json()) as { orderId: string };
    const historicalBytes = samHistoricalBytesOf(Uint8Array.of(0, 0, 0, 0, 7, 1));
    const transportKey = pilotSamSecrets(nodeCrypto, 'intl-128', '13').transportKey(historicalBytes.slice(0, 8));
    const sam = new VirtualSam({
      memory: new SamImageFileMemory({ path: image, fileSystem: fs, random }),
      random,
      historicalBytes,
      transportKey: new SecretBytes(transportKey),
      suite: 'intl-128',
    });
    sam.powerOn();
    const client = new KeyServiceClient({ baseUrl: this.baseUrl, token: () => this.#operator(), timeoutMs: 60_000 });
    const { samSerial } = await issueSam(client, asTransport(sam), orderId);
    if (samSerial === null || samSerial === undefined) throw new Error('the SAM has no serial');
    const pin = await this.#pinOf(sam, samSerial);
    sam.powerOff();
    return { image, samSerial, pin };
  }

  #operator(): string {
    return readFileSync(join(this.folder, 'operators/demo.security-admin'), 'utf8').trim();
  }

  /** The PIN lies on a ground of other digits: the one that opens the SAM is it. A right PIN gives all tries back. */
  async #pinOf(sam: VirtualSam, samSerial: string): Promise<string> {
    const mailer = join(this.folder, `${samSerial}.pdf`);
    const answer = await this.asOperator('POST', `/v1/sams/${samSerial}/pin-mailer`);
    writeFileSync(mailer, Buffer.from(await answer.arrayBuffer()), { mode: 0o600 });
    const text = execFileSync('pdftotext', ['-layout', mailer, '-']).toString();
    fs.rmSync(mailer);
    sam.reset();
    const session = await SamSession.open({ transport: asTransport(sam), product: rhcSam1 });
    for (const [digits] of text.matchAll(/(?<!\d)(?:\d ?){5}\d(?!\d)/g)) {
      const pin = digits.replaceAll(' ', '');
      try {
        await session.verifyPin(new SecretBytes(packPin(pin)));
        return pin;
      } catch {
        // Six digits of the ground, or of the address.
      }
    }
    throw new Error('no PIN on the mailer opens the SAM');
  }
}
