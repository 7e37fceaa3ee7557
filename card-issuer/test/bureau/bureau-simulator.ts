/**
 * A card bureau: verifies and opens an order file, personalizes virtual cards from it, and signs what it sends back. It keeps
 * the cards it made, so that a counter can put them into its reader.
 */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { internalAuthenticate, selectFile } from '@rhc/card/commands';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { personalizeCard } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { BatchTransport } from '@rhc/card/session';
import { ProcessMemory, VirtualCard } from '../../../virtual-card/src/index.ts';
import { type FileSigner, fingerprint, openEnvelope, signFile, verifyFile } from '../../src/bureau/cms/index.ts';
import {
  FILE_VERSION,
  type MadeLine,
  type OrderFile,
  type OrderLine,
  orderFile,
  RETURN_SCHEMA,
  type ReturnFile,
  type ReturnLine,
} from '../../src/domain/bureau/index.ts';
import { openLine } from './bureau-hsm.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));

export interface Identity extends FileSigner {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** A self-signed certificate made by OpenSSL. */
export function identity(name: string, kind: 'rsa:3072' | 'rsa:2048' | 'P-256' = 'rsa:3072', days = 30): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-bureau-'));
  try {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const keyKind = kind === 'P-256' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : [kind];
    const subject = ['-subj', `/O=RHC test/CN=${name}`, '-days', String(days)];
    const arguments_ = [
      'req',
      '-x509',
      '-nodes',
      '-newkey',
      ...keyKind,
      ...subject,
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    execFileSync('openssl', arguments_, { stdio: 'ignore' });
    const pem = readFileSync(certificate, 'utf8');
    return {
      pem,
      certificate: new Uint8Array(new X509Certificate(pem).raw),
      privateKey: createPrivateKey(readFileSync(key)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Blank {
  readonly historicalBytes: Uint8Array;
  readonly transportKey: string;
}

export class BureauSimulator {
  readonly signing: Identity;
  readonly receiving: Identity;
  readonly transportKey: Uint8Array;
  /** Blanks in the safe, by card factor; a made card stands here too. */
  readonly cards = new Map<string, VirtualCard>();
  readonly issuerCertificate: Uint8Array;

  constructor(options: {
    readonly signing: Identity;
    readonly receiving: Identity;
    readonly transportKey: Uint8Array;
    readonly issuerCertificate: Uint8Array;
  }) {
    this.signing = options.signing;
    this.receiving = options.receiving;
    this.transportKey = options.transportKey;
    this.issuerCertificate = options.issuerCertificate;
  }

  put(blank: Blank): void {
    const card = new VirtualCard({ ...blank, random, memory: new ProcessMemory() });
    card.powerOn();
    this.cards.set(bytesToHex(blank.historicalBytes.slice(0, 8)), card);
  }

  /** @throws what a bureau must refuse: not the issuer's, not ours, not the schema, signed anew by another */
  open(file: Uint8Array): OrderFile {
    const { content, signer } = verifyFile(file, [this.issuerCertificate], new Date());
    const plain = openEnvelope(content, this.receiving);
    const order = orderFile.parse(JSON.parse(gunzipSync(plain).toString('utf8')));
    if (order.from !== signer || order.to !== fingerprint(this.receiving.certificate)) throw new Error('not for us');
    return order;
  }

  async make(order: OrderFile, line: OrderLine, box: string): Promise<MadeLine> {
    const card = this.cards.get(line.cardFactor);
    if (card === undefined) throw new Error(`no blank ${line.cardFactor} in the safe`);
    const opened = openLine(line, this.transportKey, order.suite, random);
    card.reset();
    const batch: BatchTransport = {
      run: (steps) => {
        const answers: { response: Uint8Array }[] = [];
        for (const step of steps) {
          const response = card.transmit(step.command);
          answers.push({ response });
          const sw = ((response.at(-2) ?? 0) << 8) | (response.at(-1) ?? 0);
          if (!(step.expectedStatusWords ?? [0x9000]).includes(sw) && step.stopOnMismatch !== false) break;
        }
        return Promise.resolve(answers);
      },
    };
    const { photo, ...data } = line.data;
    const verdict = await personalizeCard({
      batch,
      keys: opened.keys,
      crypto: nodeCrypto,
      profile: nationalProfile,
      product: rhcBlank1,
      provinceCode: order.provinceCode,
      securityCodeBlock: new Uint8Array(16),
      makeData: () => ({ ...data, photo: photo === null ? null : new Uint8Array(Buffer.from(photo, 'base64')) }),
      random,
    });
    const version = Math.min(...line.keys.filter(({ slot }) => slot === 'IRK.DDF1').map((key) => key.version));
    card.reset();
    const { kid, directory } = nationalProfile.keySlot('IRK.DDF1');
    card.transmit(selectFile.build(nationalProfile.directory(directory).fid));
    const r1 = hexToBytes(line.proof.r1);
    const r2 = hexToBytes(line.proof.r2);
    const answer = internalAuthenticate.parse(card.transmit(internalAuthenticate.build({ kid, r1, r2, version })));
    return {
      issueSerial: line.issueSerial,
      cardFactor: line.cardFactor,
      outcome: 'made',
      box,
      madeAt: '2026-11-26T03:00:00.000Z',
      evidence: {
        filesDigest: bytesToHex(opened.seen.filesDigest ?? new Uint8Array()),
        endDigest: bytesToHex(opened.seen.endDigest ?? new Uint8Array()),
        internalAuthentication: { version, answer: bytesToHex(answer) },
        wrongKeyStatus: (verdict.negativeControlStatusWord ?? 0).toString(16).toUpperCase(),
      },
    };
  }

  /** The whole order; `fate` decides what becomes of a line (default: made, in box C1). */
  async makeAll(
    order: OrderFile,
    fate: (line: OrderLine) => 'made' | 'failed' | 'spoiled' | 'missing' = () => 'made',
  ): Promise<ReturnLine[]> {
    const lines: ReturnLine[] = [];
    for (const line of order.lines) {
      const { issueSerial, cardFactor } = line;
      const outcome = fate(line);
      if (outcome === 'made') lines.push(await this.make(order, line, 'C1'));
      if (outcome === 'failed') lines.push({ issueSerial, cardFactor, outcome, reason: '打印机停机' });
      if (outcome === 'spoiled') lines.push({ issueSerial, cardFactor, outcome, box: 'W1', reason: '芯片无应答' });
    }
    return lines;
  }

  returnOf(order: OrderFile, lines: readonly unknown[], more: Partial<ReturnFile> = {}): ReturnFile {
    const courier = { courier: '邮政', tracking: `EMS-${order.order.slice(-4)}` };
    return {
      schema: RETURN_SCHEMA,
      version: FILE_VERSION,
      order: order.order,
      bureau: order.bureau,
      sequence: 1,
      final: true,
      madeAt: '2026-11-26T04:00:00.000Z',
      boxes: [
        { number: 'C1', kind: 'cards', ...courier },
        { number: 'W1', kind: 'waste', ...courier },
      ],
      lines: [...lines],
      ...more,
    };
  }

  sign(content: unknown, signer: FileSigner = this.signing): Uint8Array {
    return signFile(new Uint8Array(gzipSync(JSON.stringify(content))), signer, new Date());
  }
}
