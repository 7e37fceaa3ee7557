#!/usr/bin/env node
/**
 * Recomputes vectors with the OpenSSL command line: a third implementation beside make_vectors.py and ours. Covers every
 * kind whose result is cipher, MAC or hash; one `openssl` process an operation, so the intl-128 and sm-128 vectors are
 * checked whole and the long check-value file by every fourth vector unless `--all` is given.
 *
 *     node test-vectors/tools/cross_check.mjs [--all]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
const CIPHERS = { 'intl-128': 'aes-128', 'sm-128': 'sm4', 'pboc-3des': 'des-ede' };
const BLOCK = { 'intl-128': 16, 'sm-128': 16, 'pboc-3des': 8 };

function openssl(args, input) {
  const run = spawnSync('openssl', args, { input });
  if (run.status !== 0) throw new Error(`openssl ${args[0]} ${args[1]}: ${run.stderr}`);
  return run.stdout;
}

const hex = (bytes) => Buffer.from(bytes).toString('hex').toUpperCase();
const raw = (text) => Buffer.from(text, 'hex');
const not = (bytes) => Buffer.from(bytes.map((b) => b ^ 0xff));
const ecb = (suite, key, data) =>
  openssl(['enc', suite === 'pboc-3des' ? '-des-ede' : `-${CIPHERS[suite]}-ecb`, '-nopad', '-K', hex(key)], data);
const cbc = (suite, key, iv, data) =>
  openssl(['enc', `-${CIPHERS[suite]}-cbc`, '-nopad', '-K', hex(key), '-iv', hex(iv)], data);
const hash = (suite, data) => openssl(['dgst', suite === 'sm-128' ? '-sm3' : '-sha256', '-binary'], data);
const disperse = (suite, key, x) => ecb(suite, key, Buffer.concat([x, not(x)]));
const pad = (suite, data) => {
  const padded = Buffer.concat([data, raw('80')]);
  return Buffer.concat([padded, Buffer.alloc((BLOCK[suite] - (padded.length % BLOCK[suite])) % BLOCK[suite])]);
};
const lastBlock = (suite, key, iv, data) => cbc(suite, key, iv, pad(suite, data)).subarray(-BLOCK[suite]);
const fold = (c) => Buffer.from(c.subarray(0, 8).map((b, i) => b ^ c[i + 8]));
const cryptogram = (suite, key, r, x) => fold(ecb(suite, disperse(suite, key, r), Buffer.concat([x, Buffer.alloc(8)])));

function protect({ suite, input }) {
  const key = disperse(suite, raw(input.cardKey), raw(input.challenge));
  const plain = input.plain === undefined ? null : raw(input.plain);
  const cipher = plain ? ecb(suite, key, pad(suite, Buffer.concat([Buffer.of(plain.length), plain]))) : Buffer.alloc(0);
  const head = Buffer.concat([raw(input.header), Buffer.of(cipher.length + 4), cipher]);
  return { apdu: Buffer.concat([head, lastBlock(suite, key, Buffer.alloc(BLOCK[suite]), head).subarray(0, 4)]) };
}

function channel({ suite, input }) {
  const [master, r] = [raw(input.masterKey), raw(input.challenge)];
  const SKe = disperse(suite, master, r);
  const SKm = disperse(suite, master, not(r));
  let iv = Buffer.alloc(BLOCK[suite]);
  const writeKeys = input.keys.map(({ slot, kid, version, cardKey, block1 }) => {
    const plain = Buffer.concat([raw(block1), raw(cardKey), raw('80'), Buffer.alloc(15)]);
    const command = Buffer.concat([raw('84D401'), Buffer.of(kid, 0x34), ecb(suite, SKe, plain)]);
    iv = lastBlock(suite, SKm, iv, command);
    const kcv = ecb(suite, raw(cardKey), Buffer.alloc(BLOCK[suite])).subarray(0, 3);
    return { slot, version, kcv, apdu: Buffer.concat([command, iv.subarray(0, 4)]) };
  });
  const contents = input.files.map(({ directoryFid, fid, records }) => {
    const content = raw(records.join(''));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([raw(directoryFid), raw(fid), length, content]);
  });
  const filesDigest = hash(suite, Buffer.concat(contents));
  const fids = { MF: '3F00', DDF1: 'DDF1', DF01: 'DF01', DF02: 'DF02', DF03: 'DF03' };
  const listed = input.keys
    .map(({ slot, kid, version }, i) =>
      Buffer.concat([raw(fids[slot.split('.')[1]]), Buffer.of(kid, version), writeKeys[i].kcv]),
    )
    .sort(Buffer.compare);
  const digest = hash(suite, Buffer.concat([filesDigest, ...listed]));
  const end = Buffer.concat([raw('8444000024'), digest]);
  const answer = (key) => cryptogram(suite, raw(key), r, raw(input.terminalRandom));
  return {
    SKe,
    SKm,
    writeKeys,
    filesDigest,
    digest,
    macChaining: iv,
    externalAuthenticate: Buffer.concat([
      raw('0082000011'),
      answer(input.masterKey),
      raw(input.terminalRandom),
      Buffer.of(input.masterKeyVersion),
    ]),
    endPersonalization: Buffer.concat([end, lastBlock(suite, SKm, iv, end).subarray(0, 4)]),
    negativeControl: Buffer.concat([
      raw('0082000411'),
      answer(input.undispersedReadKey),
      raw(input.terminalRandom),
      Buffer.of(1),
    ]),
  };
}

const SPKI = {
  'intl-128': '3059301306072A8648CE3D020106082A8648CE3D03010703420004',
  'sm-128': '3059301306072A8648CE3D020106082A811CCF5501822D03420004',
};

/** DER of r ‖ s, which is what the command line takes. */
function der(signature) {
  const integer = (half) => {
    let digits = half;
    while (digits.length > 1 && digits[0] === 0) digits = digits.subarray(1);
    if (digits[0] >= 0x80) digits = Buffer.concat([Buffer.of(0), digits]);
    return Buffer.concat([Buffer.of(2, digits.length), digits]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Gives the signature back when OpenSSL accepts it, so that it compares like every other value. */
function verified(suite, publicKey, message, signature) {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-cross-check-'));
  const file = (name, content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const key = file('key.der', raw(SPKI[suite] + publicKey));
    const [sig, text] = [file('signature', der(raw(signature))), file('message', message)];
    const args =
      suite === 'sm-128'
        ? [
            'pkeyutl',
            '-verify',
            '-rawin',
            '-digest',
            'sm3',
            '-pubin',
            '-keyform',
            'DER',
            '-inkey',
            key,
            '-in',
            text,
            '-sigfile',
            sig,
            '-pkeyopt',
            'distid:1234567812345678',
          ]
        : ['dgst', '-sha256', '-keyform', 'DER', '-verify', key, '-signature', sig, text];
    return spawnSync('openssl', args).status === 0 ? signature : 'refused';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function certificateChain({ suite, output }) {
  const issuerKey = output.issuerCertificate.slice(2 * 52, 2 * 116);
  const samKey = output.samCertificate.slice(2 * 62, 2 * 126);
  const certificate = (whole, key) => {
    const tbs = whole.slice(0, -128);
    return tbs + verified(suite, key, raw(tbs), whole.slice(-128));
  };
  return {
    issuerCertificate: certificate(output.issuerCertificate, output.rootPublicKey),
    samCertificate: certificate(output.samCertificate, issuerKey),
    visits: output.visits.map(({ name, sizeBytes, hash: digest, signature }) => {
      const data = Buffer.from(Array.from({ length: sizeBytes }, (_, i) => (7 * i + 3) & 0xff));
      return { name, sizeBytes, hash: digest, signature: verified(suite, samKey, data, signature) };
    }),
  };
}

function repeatedEcb({ suite, input }) {
  // A million processes would take an hour: the command line checks what it is asked once.
  return input.rounds === 1 ? { cipher: ecb(suite, raw(input.key), raw(input.plain)) } : {};
}

const KINDS = {
  dispersal: ({ suite, input }) => {
    let key = raw(input.rootKey);
    return {
      keys: input.factors.map((factor) => {
        key = disperse(suite, key, raw(factor));
        return key;
      }),
    };
  },
  'session-key': ({ suite, input }) => ({ sessionKey: disperse(suite, raw(input.cardKey), raw(input.challenge)) }),
  'external-authentication': ({ suite, input }) => ({
    cryptogram: cryptogram(suite, raw(input.cardKey), raw(input.challenge), raw(input.terminalRandom)),
  }),
  'internal-authentication': ({ suite, input }) => ({
    answer: cryptogram(suite, raw(input.cardKey), raw(input.r1), raw(input.r2)),
  }),
  'protected-update': protect,
  'mac-only-update': protect,
  'key-check-value': ({ suite, input }) => ({
    ENC0: ecb(suite, raw(input.key), Buffer.alloc(BLOCK[suite])).subarray(0, 3),
    ...(suite === 'intl-128' && {
      CMAC0: raw(
        openssl(['mac', '-cipher', 'AES-128-CBC', '-macopt', `hexkey:${input.key}`, 'CMAC'], Buffer.alloc(16))
          .toString()
          .trim(),
      ).subarray(0, 3),
    }),
  }),
  'personalization-channel': channel,
  'security-code': ({ suite, input }) => (input.key ? { cipher: ecb(suite, raw(input.key), raw(input.block)) } : {}),
  'block-cipher': repeatedEcb,
  hash: ({ suite, input }) => ({ hash: hash(suite, raw(input.message)) }),
  signature: ({ suite, input, output }) => ({
    signature: verified(suite, output.publicKey, raw(input.message), output.signature),
  }),
  'certificate-chain': certificateChain,
  'certificate-to-be-signed': ({ suite, output }) => ({ hash: hash(suite, raw(output.toBeSigned)) }),
};

const asText = (value) =>
  Buffer.isBuffer(value)
    ? hex(value)
    : Array.isArray(value)
      ? value.map(asText)
      : value && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, asText(v)]))
        : value;

const FILES = [
  'dispersal',
  'session-keys',
  'external-authentication',
  'internal-authentication',
  'protected-updates',
  'mac-only-updates',
  'key-check-values',
  'personalization-channel',
  'security-code',
  'certificates',
  'certificate-chains',
  'published-block-ciphers',
  'published-hashes',
  'published-signatures',
];
let wrong = 0;
for (const name of FILES) {
  const file = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const chosen = file.vectors.filter((_, i) => process.argv.includes('--all') || file.count < 200 || i % 4 === 0);
  let values = 0;
  for (const vector of chosen) {
    for (const [field, value] of Object.entries(asText(KINDS[file.kind](vector)))) {
      values += 1;
      if (JSON.stringify(value) === JSON.stringify(vector.output[field])) continue;
      wrong += 1;
      console.error(`${name} ${vector.id} ${field}: OpenSSL says ${JSON.stringify(value)}`);
    }
  }
  console.log(`${name}: ${chosen.length} of ${file.count} vectors, ${values} values, OpenSSL command line`);
}
console.log(wrong === 0 ? 'all agree' : `${wrong} values differ`);
process.exitCode = wrong === 0 ? 0 : 1;
