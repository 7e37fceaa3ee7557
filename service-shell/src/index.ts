/** What every service has at its edge. Knows nothing of cards, keys or people. */
export {
  type CertificateCheck,
  type CertificateKind,
  type CertificatePrincipal,
  certificateAuthenticator,
  clientCertificate,
  principalIn,
  serialOf,
} from './client-certificate.ts';
export { ACQUIRE_CONNECTION_MS, DATABASE_LOG } from './database-waits.ts';
export { accessMarkdown, settingsMarkdown } from './documents.ts';
export { type Access, type Call, type Endpoint, endpoint, endpointRouter, mayCall } from './endpoints.ts';
export { shellErrors } from './errors.ts';
export {
  createHttpApp,
  type HttpApp,
  type HttpAppOptions,
  hostAndOriginFault,
  type RefusedCall,
  readRawBody,
} from './http-app.ts';
export { plainFetch, tlsFetch } from './kept-fetch.ts';
export { keepStatements } from './kept-statements.ts';
export { LOCK_OUT, LockOut, type LockOutLimits, type LockOutStore } from './lock-out.ts';
export { createLogger, errorFields, type Logger } from './logger.ts';
export { type ApiTitle, openApiDocument } from './open-api.ts';
export { fieldFaults, parseInput } from './parse-input.ts';
export {
  type Authenticator,
  firstOf,
  type Principal,
  type RegisteredToken,
  tokenAuthenticator,
  tokenRegisterAuthenticator,
} from './principal.ts';
export { limitRates, type RateLimits } from './rate-limits.ts';
export { bearerToken, ensureTokenFile, readSecretFile, tokenMatches } from './secret-file.ts';
export {
  SESSION_TIMES,
  type Session,
  type SessionEnds,
  type SessionStore,
  Sessions,
  type SessionTimes,
  sessionId,
} from './sessions.ts';
export { defineSettings, loadSettings, type Setting, type Settings, settingsHelp } from './settings.ts';
export { failureText, listen, type RunningService, startService } from './start-service.ts';
export { syncCommits } from './synced-commits.ts';
export {
  dueForRenewal,
  type Revocations,
  requireTlsInProduction,
  type ServerTls,
  type TlsIdentity,
  type TransportPolicy,
} from './tls.ts';
export { readTlsFolder, requireTlsFolder, writeTlsFolder } from './tls-folder.ts';
export { unusedParts } from './unused-parts.ts';
