/** key-service put together from its parts: token, records, routes. Everything from outside comes in as an argument. */
import { bytesToHex, type SecretBytes } from '@rhc/card/bytes';
import type { HsmConfig } from '@rhc/hsm-config';
import { createHttpApp, type HttpApp, type Logger } from '@rhc/service-shell';
import { rootLabel } from './domain/hierarchy.ts';
import { issuerCertificate } from './domain/issuer-certificate.ts';
import { Keyring, mismatched } from './domain/key-versions.ts';
import type { Sha256 } from './domain/personalization.ts';
import type { AuditPort, CertificateStore, KeyVersionStore } from './domain/ports.ts';
import type { HsmPort, KnownAnswer } from './hsm/port.ts';
import { createRoutes } from './http/routes.ts';

export interface KeyServiceParts {
  readonly config: HsmConfig;
  readonly hsm: HsmPort;
  readonly versions: KeyVersionStore;
  readonly certificates: CertificateStore;
  readonly logger: Logger;
  readonly sha256: Sha256;
  readonly now: () => Date;
  readonly token?: SecretBytes;
  readonly webRoot?: string;
  readonly serviceVersion: string;
}

/** Structured log lines now; issue 4 puts the Merkle log behind the same port. */
export function auditToLog(logger: Logger): AuditPort {
  return { record: (action, details) => logger.info({ audit: true, action, ...details }, 'audit') };
}

export async function createKeyService(parts: KeyServiceParts): Promise<HttpApp> {
  const { config, hsm, versions, certificates, logger } = parts;
  const audit = auditToLog(logger);
  const recorded = await versions.all();
  const inToken = new Map((await hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
  const refused = mismatched(recorded, inToken);
  for (const { slot, version } of refused) audit.record('key-refused-check-value', { slot, version });
  const keyChecks: KnownAnswer[] = refused.map(({ slot, version }) => ({
    name: `kcv ${rootLabel(slot, version)}`,
    passed: false,
  }));
  const book = { hierarchy: config.hierarchy, keyring: new Keyring(recorded, refused) };
  const certificate = () =>
    issuerCertificate({
      hierarchy: config.hierarchy,
      hsm,
      certificates,
      audit,
      sha256: parts.sha256,
      now: parts.now,
    });
  const router = createRoutes({
    book,
    hsm,
    audit,
    certificate,
    keyChecks,
    sha256: parts.sha256,
    serviceVersion: parts.serviceVersion,
  });
  return createHttpApp({
    service: 'key-service',
    logger,
    router,
    publicPaths: ['/v1/status'],
    ...(parts.token === undefined ? {} : { token: parts.token }),
    ...(parts.webRoot === undefined ? {} : { webRoot: parts.webRoot }),
  });
}
