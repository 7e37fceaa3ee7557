/** card-issuer as a process. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import {
  bureauKeysOver,
  hotlistSignerOver,
  KeyServiceClient,
  personalizationKeysOver,
  rekeyKeysOver,
  TlsMember,
} from '@rhc/key-service/client';
import {
  certificateAuthenticator,
  createHttpApp,
  createLogger,
  firstOf,
  listen,
  loadSettings,
  readSecretFile,
  requireTlsInProduction,
  settingsHelp,
  startService,
  tokenAuthenticator,
  tokenRegisterAuthenticator,
} from '@rhc/service-shell';
import { settingsView } from './administration.ts';
import { createIssuer } from './app.ts';
import { readBureauSigner } from './bureau/read-signer.ts';
import { systemClock } from './clock.ts';
import type { ReviewPolicy } from './enrolment-review.ts';
import { issuerErrors } from './errors.ts';
import { serveAgentChannel } from './http/agent-channel.ts';
import { issuerEndpoints } from './http/endpoints.ts';
import { issuerMetrics } from './issuer-metrics.ts';
import { untilKeyServiceAnswers } from './personal-data/index.ts';
import { issuerSettings } from './settings.ts';
import { openDatabase } from './store/index.ts';
import { trustedHotlistKeys } from './trusted-hotlist-keys.ts';
import { AGENT_PRINCIPAL, readUserRegister, SERVICE_PRINCIPAL } from './user-register.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(settingsHelp('card-issuer', issuerSettings));
  process.exit(0);
}

const configAt = process.argv.indexOf('--config');
const bootLogger = createLogger('card-issuer', process.env.RHC_LOG_LEVEL ?? 'info');

await startService(bootLogger, async () => {
  const file = configAt < 0 ? undefined : process.argv[configAt + 1];
  const settings = loadSettings(issuerSettings, { env: process.env, file });
  const logger = createLogger('card-issuer', settings.logLevel);
  const token = readSecretFile(settings.tokenFile);
  const agentToken = readSecretFile(settings.agentTokenFile);
  if (settings.production && settings.training) throw issuerErrors.make('TRAINING_IN_PRODUCTION');
  requireTlsInProduction(
    { ...settings, tls: settings.tlsFolder !== undefined },
    { tls: issuerSettings.tlsFolder.env, allowPlainHttp: issuerSettings.allowPlainHttp.env },
  );
  const member =
    settings.tlsFolder === undefined
      ? null
      : await TlsMember.open({
          folder: settings.tlsFolder,
          keyServiceUrl: settings.keyServiceUrl,
          name: 'card-issuer',
          codeFile: settings.enrolmentCodeFile,
          authorityFile: settings.authorityFile,
          now: () => new Date(),
          logger,
        });
  await member?.refresh();
  const keyService = new KeyServiceClient({
    baseUrl: settings.keyServiceUrl,
    ...(member === null ? byToken(readSecretFile(settings.keyServiceTokenFile)) : { fetch: member.fetch }),
  });
  const users = readUserRegister(settings.usersFile);
  const database = openDatabase(settings.database);
  const issuer = await createIssuer({
    database,
    keys: {
      personalization: (people) => personalizationKeysOver(keyService, settings.issuerCode, people),
      issuerCertificate: async () => (await keyService.issuerCertificate()).certificate,
      rekey: rekeyKeysOver(keyService),
      bureau: bureauKeysOver(keyService),
    },
    dataKeys: untilKeyServiceAnswers(keyService, systemClock, logger),
    crypto: nodeCrypto,
    clock: systemClock,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger,
    issuer: {
      name: settings.issuerName,
      code: settings.issuerCode,
      cityCode: settings.cityCode,
      validityYears: settings.validityYears,
    },
    policy: { suspensionHours: settings.suspensionHours, replacementFeeFen: settings.replacementFeeFen },
    hotlistSigner: hotlistSignerOver(keyService),
    hotlistEveryHours: settings.hotlistEveryHours,
    verifyForeignHotlist: trustedHotlistKeys(settings.trustedHotlistKeysFile),
    archiveYears: settings.archiveYears,
    eventRetentionDays: settings.eventRetentionDays,
    enrolmentReview: settings.enrolmentReview as ReviewPolicy,
    listedBlanksOnly: settings.listedBlanksOnly === 'yes',
    training: settings.training,
    administration: {
      users: users.map(({ id, name, roles }) => ({ id, name, roles })),
      settings: settingsView(issuerSettings, settings),
    },
    ...readBureauSigner(settings.bureauSigningKeyFile, settings.bureauSigningCertificateFile),
    node: settings.node,
    limits: { batchSilenceMs: settings.batchSilenceMs, reconnectMs: settings.reconnectMs },
  });
  const hosts =
    settings.serverNames.length === 0
      ? {}
      : { allowedHosts: ['127.0.0.1', 'localhost', '[::1]', ...settings.serverNames] };
  const { app, metrics } = createHttpApp({
    ...hosts,
    service: 'card-issuer',
    logger,
    endpoints: issuerEndpoints(issuer),
    authenticate: firstOf(
      ...(member === null
        ? []
        : [certificateAuthenticator({ kinds: ['service', 'terminal'], stillValid: member.stillValid })]),
      tokenAuthenticator(token, SERVICE_PRINCIPAL),
      // Over mutual TLS a desk is known by its certificate; the shared token opens nothing.
      ...(member === null ? [tokenAuthenticator(agentToken, AGENT_PRINCIPAL)] : []),
      tokenRegisterAuthenticator(users),
    ),
    // From dist/main.js and src/main.ts alike: built by scripts/web/build-web.mjs.
    webRoot: fileURLToPath(new URL('../dist/web', import.meta.url)),
  });
  issuerMetrics(metrics, issuer, systemClock);
  const running = await listen(app, {
    host: settings.host,
    port: settings.port,
    ...(member === null ? {} : { tls: member.server() }),
    onStop: async () => {
      member?.stop();
      await issuer.stop();
      await database.destroy();
    },
  });
  member?.follow(running.updateTls);
  serveAgentChannel(running.server, issuer.hub, {
    path: settings.agentPath,
    // Over mutual TLS a desk is known by its certificate; the shared token opens nothing.
    token: member === null ? agentToken : null,
    ...(member === null ? {} : { stillValid: member.stillValid }),
    ...hosts,
  });
  return running;
});

/** Hoisted: the start above runs before any line below it. */
function byToken(secret: SecretBytes) {
  return { token: () => secret.use((bytes) => new TextDecoder().decode(bytes)) };
}
