/**
 * `verify`: does the card hold the issuer's key, is its issuer certificate signed by the root, is every visit signed by a SAM
 * whose certificate the issuer signed (CARD-FACTS 6.3, 6.4; CARD.md "Certificates").
 */
import { readFileSync } from 'node:fs';
import { concatBytes, hexToBytes } from '@rhc/card/bytes';
import {
  parseIssuerCertificate,
  parseSamCertificate,
  verifyIssuerCertificate,
  verifySamCertificate,
} from '@rhc/card/certificates';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { nationalProfile } from '@rhc/card/profile';
import { openCard } from './card-source.mjs';
import { openSession } from './chip.mjs';
import { EXIT, shownError, ToolFailure, usage } from './failure.mjs';
import { say } from './output.mjs';
import { terminalKeys } from './terminal-keys.mjs';

/** @typedef {{ what: import('@rhc/card/errors').Text, outcome: 'held' | 'failed' | 'unchecked', detail: import('@rhc/card/errors').Text }} Check */

const PUBLIC_KEY_DIGITS = 128;

/** @param {string | null} path */
function rootKey(path) {
  if (path === null) return null;
  let text;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    throw usage(`无法读取根公钥文件 ${path}`, `cannot read the root key file ${path}`);
  }
  if (!new RegExp(`^[0-9A-Fa-f]{${PUBLIC_KEY_DIGITS}}$`).test(text)) {
    throw usage(
      `${path} 不是 ${PUBLIC_KEY_DIGITS} 位十六进制`,
      `${path} does not hold ${PUBLIC_KEY_DIGITS} hex digits`,
    );
  }
  return hexToBytes(text);
}

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function verify(options, output) {
  const keys = await terminalKeys(options);
  if (keys === null) {
    throw new ToolFailure(
      'CARD_TOOL_KEYS_NEEDED',
      { zh: '验证需要密钥。', en: 'Verification needs keys.' },
      {
        zh: '请加 --pilot-keys（试点卡），或 --key-service URL --token-file F。',
        en: 'Add --pilot-keys (pilot cards), or --key-service URL --token-file F.',
      },
      EXIT.usage,
    );
  }
  const root = rootKey(options.rootKeyFile);
  const card = await openCard(options);
  /** @type {Check[]} */
  const checks = [];
  try {
    const session = await openSession(card, options, keys);
    checks.push(await genuineCheck(session));
    const issuer = await issuerCheck(session, root, checks);
    await visitChecks(session, issuer, checks);
  } finally {
    await card.close();
  }
  if (options.json) output.json({ card: card.name, checks });
  else {
    for (const { what, outcome, detail } of checks)
      say(`${output.mark(outcome)} ${output.text(what)}: ${output.text(detail)}`);
  }
  if (checks.some(({ outcome }) => outcome === 'failed')) return EXIT.failed;
  return checks.some(({ outcome }) => outcome === 'unchecked') ? EXIT.incomplete : EXIT.ok;
}

/** @param {boolean} held @returns {'held' | 'failed'} */
const judged = (held) => (held ? 'held' : 'failed');

/** @param {import('@rhc/card/session').CardSession} session @returns {Promise<Check>} */
async function genuineCheck(session) {
  const genuine = await session.internalAuthenticate();
  return {
    what: { zh: '真卡', en: 'genuine card' },
    outcome: judged(genuine),
    detail: genuine
      ? { zh: '内部认证成立（IRK.DDF1）', en: 'internal authentication held (IRK.DDF1)' }
      : {
          zh: '卡没有发卡机构的密钥，请留卡并通知发卡机构',
          en: 'the card lacks the issuer’s key: keep it and inform the issuer',
        },
  };
}

/** @param {import('@rhc/card/session').CardSession} session @param {Uint8Array | null} root @param {Check[]} checks */
async function issuerCheck(session, root, checks) {
  const what = { zh: '发卡机构证书', en: 'issuer certificate' };
  const elements = await session.readFile('DDF1/EF05');
  const raw = elements.find(({ id }) => id === 'issuerCertificate')?.raw;
  if (raw === undefined || raw.every((byte) => byte === 0)) {
    checks.push({ what, outcome: 'failed', detail: { zh: '卡上没有证书', en: 'the card holds none' } });
    return null;
  }
  try {
    const certificate = parseIssuerCertificate(raw);
    const issuer = `${certificate.issuerName} ${certificate.issuerCode} (${certificate.notBefore} – ${certificate.notAfter}, ${certificate.suite})`;
    if (root === null) {
      const detail = {
        zh: `${issuer}；未核对签名：请用 --root-key 给出根公钥`,
        en: `${issuer}; signature not checked: give the root key by --root-key`,
      };
      checks.push({ what, outcome: 'unchecked', detail });
    } else {
      const held = verifyIssuerCertificate(nodeCrypto, certificate, root);
      const detail = held
        ? { zh: `${issuer}；根签名成立`, en: `${issuer}; signed by the root` }
        : { zh: `${issuer}；根签名不成立`, en: `${issuer}; NOT signed by this root` };
      checks.push({ what, outcome: judged(held), detail });
    }
    return certificate;
  } catch (error) {
    checks.push({ what, outcome: 'failed', detail: sentence(error) });
    return null;
  }
}

/** @param {import('@rhc/card/session').CardSession} session @param {ReturnType<typeof parseIssuerCertificate> | null} issuer @param {Check[]} checks */
async function visitChecks(session, issuer, checks) {
  for (const file of nationalProfile.files) {
    if (file.structure !== 'fixed-records') continue;
    const flags = await session.readIndex(file.id);
    const slots = nationalProfile.files.filter(
      (entry) => entry.structure === 'transparent' && entry.index?.file === file.id,
    );
    for (const [i, held] of flags.entries()) {
      const slot = slots[i];
      if (!held || slot?.structure !== 'transparent') continue;
      checks.push(await visitCheck(session, slot, issuer));
    }
    if (!flags.includes(true)) {
      checks.push({ what: file.text, outcome: 'held', detail: { zh: '没有就诊记录', en: 'no visits' } });
    }
  }
}

/** @param {import('@rhc/card/session').CardSession} session @param {import('@rhc/card/profile').TransparentFile} slot @param {ReturnType<typeof parseIssuerCertificate> | null} issuer @returns {Promise<Check>} */
async function visitCheck(session, slot, issuer) {
  const what = { zh: `${slot.id} ${slot.text.zh}`, en: `${slot.id} ${slot.text.en}` };
  try {
    const elements = await session.readFile(slot.id);
    const content = concatBytes(...elements.map(({ raw }) => raw));
    const business = content.slice(0, slot.businessSizeBytes);
    const [signature, certificateBytes] = elements.slice(-2).map(({ raw }) => raw);
    const sam = parseSamCertificate(certificateBytes ?? new Uint8Array(0));
    const signer = `SAM ${sam.samSerial}, ${sam.terminalNumber}`;
    if (!nodeCrypto.verifySignature(sam.suite, sam.publicKey, business, signature ?? new Uint8Array(0))) {
      return {
        what,
        outcome: 'failed',
        detail: { zh: `${signer}；就诊签名不成立`, en: `${signer}; the visit’s signature does NOT hold` },
      };
    }
    if (issuer === null || !verifySamCertificate(nodeCrypto, sam, issuer.publicKey)) {
      return {
        what,
        outcome: issuer === null ? 'unchecked' : 'failed',
        detail: {
          zh: `${signer}；签名成立，但 SAM 证书不是本卡发卡机构所签`,
          en: `${signer}; the signature holds, but the SAM certificate is not signed by this card’s issuer`,
        },
      };
    }
    return {
      what,
      outcome: 'held',
      detail: { zh: `${signer}；签名与证书成立`, en: `${signer}; signature and certificate hold` },
    };
  } catch (error) {
    return { what, outcome: 'failed', detail: sentence(error) };
  }
}

/** @param {unknown} error */
function sentence(error) {
  const shown = shownError(error);
  if (shown !== null) return shown.text;
  if (error instanceof RangeError) return { zh: `无法解析：${error.message}`, en: `cannot be read: ${error.message}` };
  throw error;
}
