/** key-service as a process: `node key-service/dist/main.js` (settings: `--help`). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadHsmConfig } from '@rhc/hsm-config';
import {
  createLogger,
  listen,
  loadSettings,
  readSecretFile,
  requireTlsInProduction,
  settingsHelp,
  shellErrors,
  startService,
} from '@rhc/service-shell';
import { auditBesideLog, createKeyService } from './app.ts';
import { attachTokens } from './attach.ts';
import { openAuditRoom } from './audit/audit-room.ts';
import { refuseInProduction, requireRosterInProduction } from './domain/production.ts';
import { readFurtherTokens } from './further-tokens.ts';
import { type PinSource, pinTerminal, readPin } from './hsm/pin-source.ts';
import { forbidCoreDumps } from './hsm/process-limits.ts';
import { hsmEvents } from './hsm-metrics.ts';
import { openAccess, rateLimits, refuseDemonstration } from './open-access.ts';
import { serverTls } from './own-identity.ts';
import { openSamToken, samFiles, settleSamRoots } from './sam-token.ts';
import { serviceCeremonies } from './service-ceremonies.ts';
import { settings } from './settings.ts';
import { enrolmentStore, lockOutStore, operatorStore, passkeyStore, sessionStore } from './store/access-store.ts';
import { agentAuditStore } from './store/agent-audit-store.ts';
import { approvalStore } from './store/approval-store.ts';
import { auditStore } from './store/audit-store.ts';
import { authorityStore } from './store/authority-store.ts';
import { answers, openDatabase } from './store/database.ts';
import { keyLifeStore, keyUseStore } from './store/key-life-store.ts';
import { passportStore } from './store/passport-store.ts';
import { rotationStore } from './store/rotation-store.ts';
import { samStore } from './store/sam-store.ts';
import { certificateStore, keyVersionStore } from './store/stores.ts';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const hsmConfigRoot = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
/** How late a scheduled move may be, and how old another node's move may be here. */
const TICK_MS = 2_000;
/** How long a revoked certificate's open connections last at most; its requests are refused at once. */
const TLS_RENEWAL_MS = 30_000;
const pinRoom = ({ pinFile, pinCredential }: { pinFile: string; pinCredential: string }) => ({
  file: pinFile,
  credential: pinCredential,
  credentialsDirectory: process.env.CREDENTIALS_DIRECTORY,
  terminal: pinTerminal(process.stdin, process.stderr),
});
const configFlag = process.argv.indexOf('--config');

if (process.argv.includes('--help')) {
  process.stdout.write(settingsHelp('key-service', settings));
} else {
  const logger = createLogger('key-service', process.env.RHC_LOG_LEVEL ?? 'info');
  // Before a PIN or a key is in this process.
  if (!forbidCoreDumps()) logger.warn({ event: 'core-dumps' }, 'core dumps are not forbidden on this system');
  await startService(logger, async () => {
    const file = configFlag < 0 ? undefined : process.argv[configFlag + 1];
    const values = loadSettings(settings, { env: process.env, file });
    const config = loadHsmConfig(hsmConfigRoot, values.ceremony, (path) => readFileSync(path, 'utf8'));
    const { production, allowSoftToken } = values;
    refuseInProduction({ production, allowSoftToken }, config.ceremony, config.model);
    requireTlsInProduction(values, { tls: settings.tls.env, allowPlainHttp: settings.allowPlainHttp.env });
    refuseDemonstration(values);
    const token = serviceToken(values);
    const workerEvents = hsmEvents();
    const workerPath = fileURLToPath(new URL('./hsm/worker.js', import.meta.url));
    const hsm = await attachTokens(
      {
        config,
        workerPath,
        softHsmConf: values.softHsmConf,
        pinFile: values.pinFile,
        tokenLabel: values.tokenLabel,
        samKeyFile: samFiles(values).samKeyFile,
        workers: values.workers,
        ...(values.pinSource === 'file' ? {} : { pin: await readPin(values.pinSource as PinSource, pinRoom(values)) }),
        onEvent: (event, details) => {
          workerEvents.count(event);
          logger.info({ event, ...details }, 'hsm');
        },
      },
      readFurtherTokens(values.furtherTokens),
    );
    requireRosterInProduction({ production, allowSoftToken }, await hsm.run('roster-in-force', null));
    const database = await openDatabase(values.database);
    const audit = await openAuditRoom({
      store: auditStore(database),
      hsm,
      folder: values.auditFolder,
      now: () => new Date(),
      onEvent: (event, details) => logger.warn({ event, ...details }, 'audit log'),
    });
    const now = () => new Date();
    await settleSamRoots({ hsm, audit: auditBesideLog(audit.log, logger), logger });
    const samToken = openSamToken({
      ...samFiles(values),
      ...{ config, workerPath, now },
      pin: () =>
        readPin(values.samPinSource as PinSource, {
          ...pinRoom(values),
          file: samFiles(values).pinFile,
          credential: values.samPinCredential,
        }),
      onEvent: (event, details) => logger.info({ event, ...details }, 'SAM token'),
      audit: auditBesideLog(audit.log, logger),
    });
    const access = await openAccess({
      settings: values,
      stores: {
        operators: operatorStore(database),
        passkeys: passkeyStore(database),
        sessions: sessionStore(database),
        lockOuts: lockOutStore(database),
        enrolments: enrolmentStore(database),
        authority: authorityStore(database),
      },
      audit: auditBesideLog(audit.log, logger),
      hsm,
      now,
    });
    const { authority } = access;
    const tls = () => serverTls({ authority, folder: values.tlsFolder, names: values.serverNames, now });
    const versions = keyVersionStore(database);
    const ceremonies = serviceCeremonies({
      ...{ config, hsmConfigRoot, hsm, database, versions, workerPath },
      policy: { production, allowSoftToken },
      rehearsalFolder: values.rehearsalFolder,
      pdfFont: values.pdfFont,
    });
    const { app, tick, close } = await createKeyService({
      config,
      hsm,
      versions,
      ceremonies: ceremonies.parts,
      keyLife: keyLifeStore(database),
      keyUses: keyUseStore(database),
      certificates: certificateStore(database),
      approvals: approvalStore(database),
      rotations: rotationStore(database),
      passports: passportStore(database),
      samToken,
      sams: samStore(database),
      fontPath: values.fontFile,
      sm3: (data) => Uint8Array.from(createHash('sm3').update(data).digest()),
      audit,
      agentAudit: agentAuditStore(database),
      logger,
      sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
      now: () => new Date(),
      ...(token === null ? {} : { token }),
      access,
      metrics: [workerEvents.counter],
      databaseAnswers: () => answers(database),
      limits: rateLimits(values),
      hosts: values.serverNames,
      webRoot: `${packageRoot}dist/web`,
      serviceVersion: '0.1.0',
    });
    let ticking: Promise<void> = Promise.resolve();
    const runTick = () => {
      ticking = ticking.then(tick).catch((error: unknown) => logger.error({ err: error }, 'scheduled key moves'));
    };
    const ticks = setInterval(runTick, TICK_MS);
    const running = await listen(app, {
      host: values.host,
      port: values.port,
      ...(values.tls ? { tls: await tls() } : {}),
      onStop: async () => {
        clearInterval(ticks);
        clearInterval(renewals);
        runTick();
        await ticking;
        await close().catch((error: unknown) => logger.error({ err: error }, 'use counters'));
        await ceremonies.close();
        await audit.close();
        await samToken.close();
        await hsm.close();
        await database.destroy();
      },
    });
    const renew = async () => {
      if (values.tls) running.updateTls(await tls());
    };
    const renewals = setInterval(() => {
      renew().catch((error: unknown) => logger.error({ err: error }, 'TLS certificate and revocation list'));
    }, TLS_RENEWAL_MS);
    return running;
  });
}

/** @throws SETTING_INVALID when services could neither show a token nor a certificate */
function serviceToken({ tokenFile, tls }: { tokenFile: string | undefined; tls: boolean }) {
  if (tokenFile !== undefined) return readSecretFile(tokenFile);
  if (tls) return null;
  const rule = { zh: '不用 TLS 时必须设置', en: 'is required without TLS' };
  throw shellErrors.make('SETTING_INVALID', { fields: [{ field: settings.tokenFile.env, rule }] });
}
