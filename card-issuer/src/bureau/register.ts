/**
 * The register of bureaus. Whoever stands in it gets cards' keys and people's data, so two people enter one: what they sign
 * is the whole entry, certificates and the name of the transport key included.
 */
import { X509Certificate } from 'node:crypto';
import type { Text } from '@rhc/card/errors';
import { requireTwoPeople } from '../domain/two-people.ts';
import { issuerErrors } from '../errors.ts';
import { idempotentCall } from '../idempotent-call.ts';
import { bureaus, isUniqueViolation, once, stock } from '../store/index.ts';
import { type BureauParts, nowOf } from './parts.ts';

export interface BureauEntry {
  readonly name: string;
  readonly locationId: string;
  readonly transportKey: string;
  /** PEM. */
  readonly signingCertificate: string;
  readonly receivingCertificate: string;
}

const MIN_RSA_BITS = 3072;

/** @throws BUREAU_ENTRY_WRONG with every field at fault; told before a second person is asked */
export async function requireEntry(parts: BureauParts, entry: BureauEntry): Promise<void> {
  const fields: { field: string; rule: Text }[] = [];
  const refuse = (field: string, zh: string, en: string) => fields.push({ field, rule: { zh, en } });
  const now = new Date(parts.clock.nowMs());
  for (const field of ['signingCertificate', 'receivingCertificate'] as const) {
    const certificate = certificateOf(entry[field]);
    if (certificate === null) {
      refuse(field, '须为一张 PEM 证书', 'must be one certificate as PEM');
      continue;
    }
    const { publicKey } = certificate;
    const rsaBits = publicKey.asymmetricKeyType === 'rsa' ? (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) : 0;
    const curve = publicKey.asymmetricKeyType === 'ec' ? publicKey.asymmetricKeyDetails?.namedCurve : undefined;
    const sound = rsaBits >= MIN_RSA_BITS || (field === 'signingCertificate' && curve === 'prime256v1');
    if (!sound)
      refuse(
        field,
        `须为不少于 ${MIN_RSA_BITS} 位的 RSA 密钥(签名也可用 P-256)`,
        `needs an RSA key of ${MIN_RSA_BITS} bits or more (P-256 may sign)`,
      );
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) {
      refuse(field, '证书不在有效期内', 'the certificate is not valid at this time');
    }
  }
  const places = await stock.listLocations(parts.database);
  if (!places.some(({ id }) => id === entry.locationId))
    refuse('locationId', '没有这个库存地点', 'there is no such place');
  if (fields.length > 0) throw issuerErrors.make('BUREAU_ENTRY_WRONG', { fields });
}

export function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** DER of a registered certificate. */
export function derOf(pem: string): Uint8Array {
  return new Uint8Array(new X509Certificate(pem).raw);
}

/** @throws BUREAU_ENTRY_WRONG, BUREAU_KNOWN, SECOND_PERSON_MISSING */
export async function registerBureau(
  parts: BureauParts,
  entry: BureauEntry,
  signed: { readonly actor: string; readonly witness: string },
  key: string | null,
): Promise<{ id: string }> {
  requireTwoPeople(signed.actor, signed.witness);
  await requireEntry(parts, entry);
  const at = nowOf(parts);
  const call = idempotentCall('bureau-register', key, { ...entry, ...signed }, at);
  return once(parts.database, call, async (transaction) => {
    const id = parts.newId('bu');
    await bureaus.insertBureau(transaction, {
      ...entry,
      id,
      registeredBy: signed.actor,
      approvedBy: signed.witness,
      registeredAt: at,
    });
    return { id };
  }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? issuerErrors.make('BUREAU_KNOWN', { cause: error }) : error;
  });
}
