/**
 * ARCHITECTURE.md, "Who may import whom", as rules. Tests and scripts may import anything, so only `src` without
 * `*.test.ts` is judged. `test/architecture` plants a violation of each rule named here and wants it caught.
 */
const { ROOMS } = require('./scripts/architecture/resolve.cjs');

const ANY_ROOM = `^(${ROOMS.join('|')}|test-vectors|scripts|test)/`;
/** `room -> what of other rooms`. */
const MAY_IMPORT = {
  card: [],
  'hsm-config': [],
  // Its own MAC and access code: an emulator that shares the checker's code proves nothing.
  'virtual-card': ['^card/src/(bytes|codec|apdu|profile|errors)/'],
  'service-shell': ['^card/src/(bytes|errors)/'],
  'console-shell': [],
  'key-service': ['^card/src/', '^hsm-config/src/', '^service-shell/src/'],
  'reader-agent': ['^card/src/', '^key-service/src/(contract|client)/', '^service-shell/src/'],
  'card-issuer': [
    '^card/src/',
    '^key-service/src/(contract|client)/',
    '^reader-agent/src/contract/',
    '^service-shell/src/',
  ],
};
const TEST = '\\.test\\.ts$';
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})(/|$)`;

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} -> ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${room}/src/`, pathNot: TEST },
  to: { path: ANY_ROOM, pathNot: [`^${room}/src/`, `^${room}/[^/]+\\.json$`, ...allowed] },
}));

/** One folder owns a binding; everybody else goes through its port. */
const owned = (name, packages, owner) => ({
  name,
  comment: `${packages.join(', ')} only in ${owner}`,
  severity: 'error',
  from: { path: '^[^/]+/src/', pathNot: [owner, TEST] },
  to: { path: npm(...packages) },
});

module.exports = {
  forbidden: [
    ...rooms,
    {
      name: 'other-room-by-its-index',
      comment: 'A folder of another room is entered through its index.ts only.',
      severity: 'error',
      from: { path: '^([^/]+)/src/', pathNot: TEST },
      to: { path: '^[^/]+/src/', pathNot: ['^$1/src/', '^[^/]+/src/index\\.ts$', '^[^/]+/src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-test-vectors-in-src',
      severity: 'error',
      from: { path: '^[^/]+/src/', pathNot: TEST },
      to: { path: '^test-vectors/' },
    },
    {
      name: 'no-virtual-card-in-src',
      severity: 'error',
      from: { path: '^[^/]+/src/', pathNot: ['^virtual-card/', TEST] },
      to: { path: '^virtual-card/' },
    },
    {
      name: 'domain-knows-no-framework',
      comment: 'http -> domain <- store: the domain knows no Koa, no Knex, no PKCS#11.',
      severity: 'error',
      from: { path: '^[^/]+/src/domain/', pathNot: TEST },
      to: { path: npm('koa', '@koa', 'knex', 'pg', 'better-sqlite3', 'pkcs11js', 'pcsclite', 'ws', 'pino') },
    },
    {
      name: 'domain-imports-no-edge',
      severity: 'error',
      from: { path: '^[^/]+/src/domain/', pathNot: TEST },
      to: { path: '^[^/]+/src/(http|store|web)/' },
    },
    {
      name: 'http-goes-through-domain',
      severity: 'error',
      from: { path: '^[^/]+/src/http/', pathNot: TEST },
      to: { path: '^[^/]+/src/store/' },
    },
    {
      name: 'store-knows-no-http',
      severity: 'error',
      from: { path: '^[^/]+/src/store/', pathNot: TEST },
      to: { path: ['^[^/]+/src/http/', npm('koa', '@koa')] },
    },
    owned('pkcs11js-in-hsm-only', ['pkcs11js'], '^key-service/src/hsm/'),
    owned('pcsclite-in-pcsc-only', ['pcsclite'], '^reader-agent/src/pcsc/'),
    owned('knex-in-store-only', ['knex', 'pg', 'better-sqlite3'], '^[^/]+/src/store/'),
    {
      name: 'card-crypto-in-one-folder',
      comment: 'The Crypto port is implemented in one folder; everything else in card takes it as an argument.',
      severity: 'error',
      from: { path: '^card/src/', pathNot: ['^card/src/crypto-node/', TEST] },
      to: { dependencyTypes: ['core'], path: '^(node:)?crypto$' },
    },
    {
      name: 'card-is-pure',
      comment: 'No I/O, no clock, no randomness in card.',
      severity: 'error',
      from: { path: '^card/src/', pathNot: TEST },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'card-npm-iconv-only',
      severity: 'error',
      from: { path: '^card/src/', pathNot: TEST },
      to: { path: '(^|/)node_modules/', pathNot: npm('iconv-lite') },
    },
    {
      name: 'web-own-contract-only',
      comment: 'A web console is a client of its own service and knows nothing but its contract.',
      severity: 'error',
      from: { path: '^([^/]+)/(src/)?web/', pathNot: [TEST, '^scripts/'] },
      to: {
        pathNot: [
          '^$1/(src/)?web/',
          '^$1/src/contract/',
          '^console-shell/src/',
          npm('react', 'react-dom', 'antd', '@ant-design', 'echarts', '@simplewebauthn/browser'),
        ],
      },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'What a room imports stands in its own package.json.',
      severity: 'error',
      from: { path: '^[^/]+/src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^[^/]+/src/', pathNot: TEST },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    webpackConfig: { fileName: `${__dirname}/scripts/architecture/resolve.cjs` },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
