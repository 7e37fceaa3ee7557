/**
 * `node scripts/package/update-manifest.mjs KEY.pem VERSION`: the signed text that desks look at (ADR 036). The key is a
 * P-256 private key of whoever publishes; desks hold its public half (x ‖ y).
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {string} pem @param {string} version @param {Date} publishedAt */
export function signedUpdateManifest(pem, version, publishedAt) {
  const manifest = JSON.stringify({
    format: 1,
    product: 'rhc-agent',
    version,
    publishedAt: publishedAt.toISOString(),
  });
  const key = createPrivateKey(pem);
  const signature = sign('sha256', Buffer.from(manifest), { key, dsaEncoding: 'ieee-p1363' });
  return `${JSON.stringify({ manifest, signature: signature.toString('hex').toUpperCase() })}\n`;
}

/** For `RHC_READER_AGENT_UPDATE_KEY_FILE`. @param {string} pem */
export function updatePublicKey(pem) {
  const { x = '', y = '' } = createPublicKey(pem).export({ format: 'jwk' });
  const half = (/** @type {string} */ text) => Buffer.from(text, 'base64url').toString('hex').padStart(64, '0');
  return `${half(x)}${half(y)}`.toUpperCase();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , keyFile, version] = process.argv;
  if (keyFile === undefined || version === undefined) {
    process.stderr.write('用法 usage: node scripts/package/update-manifest.mjs KEY.pem VERSION\n');
    process.exit(2);
  }
  process.stderr.write(`公钥 public key: ${updatePublicKey(readFileSync(keyFile, 'utf8'))}\n`);
  process.stdout.write(signedUpdateManifest(readFileSync(keyFile, 'utf8'), version, new Date()));
}
