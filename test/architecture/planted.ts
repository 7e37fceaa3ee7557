/** One planted violation for each architecture rule, and imports that must stay allowed. Data of architecture.test.ts. */
export interface Planted {
  readonly rule: string;
  readonly file: string;
  readonly imports: string;
}

export const PLANTED: readonly Planted[] = [
  { rule: 'room-card', file: 'card/src/codec/a.ts', imports: '@rhc/hsm-config' },
  { rule: 'room-hsm-config', file: 'hsm-config/src/a.ts', imports: '@rhc/card/bytes' },
  { rule: 'room-virtual-card', file: 'virtual-card/src/cos/a.ts', imports: '@rhc/card/secure-messaging' },
  { rule: 'room-console-shell', file: 'console-shell/src/a.ts', imports: '@rhc/card/profile' },
  { rule: 'room-service-shell', file: 'service-shell/src/a.ts', imports: '@rhc/card/profile' },
  { rule: 'room-key-service', file: 'key-service/src/domain/a.ts', imports: '@rhc/reader-agent/contract' },
  { rule: 'room-reader-agent', file: 'reader-agent/src/core/a.ts', imports: '@rhc/key-service/hsm' },
  { rule: 'room-card-issuer', file: 'card-issuer/src/domain/a.ts', imports: '@rhc/reader-agent/client' },
  { rule: 'other-room-by-its-index', file: 'key-service/src/domain/b.ts', imports: '../../../card/src/bytes/inner.ts' },
  { rule: 'no-test-vectors-in-src', file: 'card/src/codec/b.ts', imports: '../../../test-vectors/vector.ts' },
  { rule: 'no-virtual-card-in-src', file: 'reader-agent/src/core/b.ts', imports: '@rhc/virtual-card/cos' },
  { rule: 'domain-knows-no-framework', file: 'card-issuer/src/domain/b.ts', imports: 'koa' },
  { rule: 'domain-knows-no-framework', file: 'card-issuer/src/domain/c.ts', imports: 'knex' },
  { rule: 'domain-knows-no-framework', file: 'key-service/src/domain/c.ts', imports: 'pkcs11js' },
  { rule: 'domain-imports-no-edge', file: 'card-issuer/src/domain/d.ts', imports: '../store/index.ts' },
  { rule: 'domain-imports-no-edge', file: 'card-issuer/src/domain/e.ts', imports: '../http/index.ts' },
  { rule: 'http-goes-through-domain', file: 'card-issuer/src/http/a.ts', imports: '../store/index.ts' },
  { rule: 'store-knows-no-http', file: 'card-issuer/src/store/a.ts', imports: '../http/index.ts' },
  { rule: 'store-knows-no-http', file: 'card-issuer/src/store/b.ts', imports: 'koa' },
  { rule: 'pkcs11js-in-hsm-only', file: 'key-service/src/http/a.ts', imports: 'pkcs11js' },
  { rule: 'pcsclite-in-pcsc-only', file: 'reader-agent/src/desk/a.ts', imports: 'pcsclite' },
  { rule: 'knex-in-store-only', file: 'card-issuer/src/personalize/a.ts', imports: 'knex' },
  { rule: 'knex-in-store-only', file: 'key-service/src/audit/a.ts', imports: 'better-sqlite3' },
  { rule: 'card-crypto-in-one-folder', file: 'card/src/codec/c.ts', imports: 'node:crypto' },
  { rule: 'card-is-pure', file: 'card/src/codec/d.ts', imports: 'node:fs' },
  { rule: 'card-is-pure', file: 'card/src/crypto-node/a.ts', imports: 'node:os' },
  { rule: 'card-npm-iconv-only', file: 'card/src/codec/e.ts', imports: 'zod' },
  { rule: 'web-own-contract-only', file: 'card-issuer/web/a.ts', imports: '../src/domain/index.ts' },
  { rule: 'web-own-contract-only', file: 'card-issuer/web/b.ts', imports: '@rhc/key-service/contract' },
  { rule: 'declared-dependencies-only', file: 'hsm-config/src/b.ts', imports: 'koa' },
  { rule: 'resolvable', file: 'card/src/codec/f.ts', imports: './nowhere.ts' },
];

/** The same kinds of import where they are right: none of them may be caught. */
export const ALLOWED: readonly Omit<Planted, 'rule'>[] = [
  { file: 'card/src/codec/ok-a.ts', imports: 'iconv-lite' },
  { file: 'card/src/crypto-node/ok-a.ts', imports: 'node:crypto' },
  { file: 'card/src/codec/ok.test.ts', imports: '../../../test-vectors/vector.ts' },
  { file: 'virtual-card/src/cos/ok-a.ts', imports: '@rhc/card/profile' },
  { file: 'key-service/src/hsm/ok-a.ts', imports: 'pkcs11js' },
  { file: 'key-service/src/domain/ok-a.ts', imports: '@rhc/card/bytes' },
  { file: 'reader-agent/src/core/ok-a.ts', imports: '@rhc/key-service/client' },
  { file: 'reader-agent/src/pcsc/ok-a.ts', imports: 'pcsclite' },
  { file: 'card-issuer/src/store/ok-a.ts', imports: 'knex' },
  { file: 'card-issuer/src/store/ok-b.ts', imports: '../domain/index.ts' },
  { file: 'card-issuer/src/http/ok-a.ts', imports: '../domain/index.ts' },
  { file: 'card-issuer/src/domain/ok-a.ts', imports: '@rhc/reader-agent/contract' },
  { file: 'card-issuer/web/ok-a.ts', imports: '../src/contract/index.ts' },
  { file: 'card-issuer/web/ok-b.ts', imports: '@rhc/console-shell' },
  { file: 'service-shell/src/ok-a.ts', imports: '@rhc/card/errors' },
];
