/** card-issuer as a process. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { KeyServiceClient, personalizationKeysOver } from '@rhc/key-service/client';
import {
  createHttpApp,
  createLogger,
  firstOf,
  listen,
  loadSettings,
  readSecretFile,
  settingsHelp,
  startService,
  tokenAuthenticator,
  tokenRegisterAuthenticator,
} from '@rhc/service-shell';
import { createIssuer } from './app.ts';
import { systemClock } from './clock.ts';
import { serveAgentChannel } from './http/agent-channel.ts';
import { issuerEndpoints } from './http/endpoints.ts';
import { untilKeyServiceAnswers } from './personal-data/index.ts';
import { issuerSettings } from './settings.ts';
import { openDatabase } from './store/index.ts';
import { trustedHotlistKeys } from './trusted-hotlist-keys.ts';
import { readUserRegister, SERVICE_PRINCIPAL } from './user-register.ts';

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
  const keyServiceToken = readSecretFile(settings.keyServiceTokenFile);
  const keyService = new KeyServiceClient({
    baseUrl: settings.keyServiceUrl,
    token: () => keyServiceToken.use((bytes) => new TextDecoder().decode(bytes)),
  });
  const database = openDatabase(settings.database);
  const issuer = await createIssuer({
    database,
    keys: {
      personalization: personalizationKeysOver(keyService, settings.issuerCode),
      issuerCertificate: async () => (await keyService.issuerCertificate()).certificate,
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
    verifyForeignHotlist: trustedHotlistKeys(settings.trustedHotlistKeysFile),
    archiveYears: settings.archiveYears,
    listedBlanksOnly: settings.listedBlanksOnly === 'yes',
    node: settings.node,
    limits: { batchSilenceMs: settings.batchSilenceMs, reconnectMs: settings.reconnectMs },
  });
  const { app } = createHttpApp({
    service: 'card-issuer',
    logger,
    endpoints: issuerEndpoints(issuer),
    authenticate: firstOf(
      tokenAuthenticator(token, SERVICE_PRINCIPAL),
      tokenRegisterAuthenticator(readUserRegister(settings.usersFile)),
    ),
    // From dist/main.js and src/main.ts alike: pages are served as they are written.
    webRoot: fileURLToPath(new URL('../src/web', import.meta.url)),
  });
  const running = await listen(app, {
    host: settings.host,
    port: settings.port,
    onStop: async () => {
      await issuer.stop();
      await database.destroy();
    },
  });
  serveAgentChannel(running.server, issuer.hub, { path: settings.agentPath, token: agentToken });
  return running;
});
