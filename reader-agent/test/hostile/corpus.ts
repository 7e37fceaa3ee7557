/**
 * Hostile requests as a table: what a page of another origin, a rebinding name, a form, a socket or a guesser can send to
 * the local API. Each family says which part is wrong and crosses it with the endpoints that would be worth the trouble.
 */
import type { Endpoint } from '@rhc/service-shell';

export interface HostileRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly socket?: boolean;
}

/** What is at hand for the attacks that have more than nothing. */
export interface Loot {
  /** The desk's own token, as if it had leaked into a page. */
  readonly deskToken: string;
  /** A good token of the paired page, whose scope is `card.status` only. */
  readonly pageToken: string;
  readonly pairedOrigin: string;
}

const HOST = '127.0.0.1:8103';
const HOSTS = [
  'evil.example',
  'evil.example:8103',
  '127.0.0.1.evil.example:8103',
  'localhost.evil.example',
  'localhost.',
  '127.0.0.2:8103',
  '127.1:8103',
  '0.0.0.0:8103',
  '2130706433:8103',
  '0x7f000001:8103',
  '[::]:8103',
  '[::ffff:127.0.0.1]:8103',
  '127.0.0.1@evil.example',
  'rebind.network:8103',
];
const ORIGINS = [
  'null',
  'https://evil.example',
  'http://evil.example:8103',
  'https://his.example.evil.example',
  'https://evil-his.example',
  'https://his.example:444',
  'http://his.example',
  'https://HIS.example',
  'https://his.example/',
  'https://user@his.example',
  'http://127.0.0.1',
  'http://127.0.0.1:9999',
  'http://localhost:9999',
  'http://[::1]:9999',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  'moz-extension://abcdefgh',
  'data:text/html',
  'ws://127.0.0.1:8103',
];
const FORM_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain; application/json',
  '',
];
const METHODS = ['PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND', 'TRACE', 'OPTIONS'];
const TOKENS: readonly Readonly<Record<string, string>>[] = [
  {},
  { Authorization: 'Bearer ' },
  { Authorization: 'Bearer undefined' },
  { Authorization: `Bearer ${'c'.repeat(64)}` },
  { Authorization: 'Basic ZGVzazpkZXNr' },
  { Cookie: 'token=TOKEN; session=TOKEN' },
  { 'X-Auth-Token': 'TOKEN' },
];

const json = { 'Content-Type': 'application/json', 'X-RHC-Request': '1' };
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

export function hostileRequests(rows: readonly Endpoint[], loot: Loot): HostileRequest[] {
  const guarded = rows.filter(({ access }) => access !== 'public');
  const target = ({ method, path }: Endpoint) => ({
    method: method.toUpperCase(),
    path: path.replaceAll(/:[^/]+/g, 'iR_DDF1EF06Info'),
    ...(method === 'post' ? { body: '{}' } : {}),
  });
  const all = rows.map(target);
  const targets = guarded.map(target);
  const paths = [...new Set(targets.map(({ path }) => path))];
  const posts = targets.filter(({ method }) => method === 'POST');
  const make = (
    family: string,
    variant: string,
    on: { method: string; path: string; body?: string },
    headers: Record<string, string>,
  ) => ({
    ...on,
    name: `${family}: ${variant} ${on.method} ${on.path}`,
    headers: { Host: HOST, ...(on.body === undefined ? {} : json), ...headers },
  });
  const desk = bearer(loot.deskToken);
  const page = { Origin: loot.pairedOrigin, ...bearer(loot.pageToken) };
  return [
    ...HOSTS.flatMap((Host) => all.map((on) => make('rebinding', Host, on, { Host, ...desk }))),
    ...ORIGINS.flatMap((Origin) =>
      targets.map((on) => make('foreign origin, leaked desk token', Origin, on, { Origin, ...desk })),
    ),
    ...ORIGINS.slice(0, 6).flatMap((Origin) =>
      targets.map((on) => make('page token at another origin', Origin, on, { Origin, ...bearer(loot.pageToken) })),
    ),
    ...TOKENS.flatMap((headers, i) => targets.map((on) => make('no token', `#${i}`, on, headers))),
    ...targets.map((on) => make('desk token at the paired page', 'paired', on, { Origin: loot.pairedOrigin, ...desk })),
    ...targets
      .filter(({ path }) => !['/v1/readers', '/v1/events'].includes(path))
      .map((on) => make('more than the scope', 'card.status', on, page)),
    ...targets.map((on) => make('page token without its origin', 'bare', on, bearer(loot.pageToken))),
    ...FORM_TYPES.flatMap((type) =>
      posts.map((on) =>
        make('cross-site form', type, on, {
          'Content-Type': type,
          'X-RHC-Request': '',
          'Sec-Fetch-Site': 'cross-site',
          'Sec-Fetch-Mode': 'no-cors',
          ...desk,
        }),
      ),
    ),
    ...posts.map((on) => make('no custom header', 'desk', on, { 'X-RHC-Request': '', ...desk })),
    ...['cross-site', 'same-site'].flatMap((site) =>
      targets.map((on) =>
        make('silent request of another site', site, on, {
          'Sec-Fetch-Site': site,
          'Sec-Fetch-Mode': 'no-cors',
          ...desk,
        }),
      ),
    ),
    ...METHODS.flatMap((method) => paths.map((path) => make('method', method, { method, path }, { ...page }))),
    ...posts.map((on) =>
      make('body too large', '70 KB', { ...on, body: JSON.stringify({ reader: 'x'.repeat(70_000) }) }, desk),
    ),
    ...posts.map((on) => make('body no JSON', 'cut off', { ...on, body: '{"reader":' }, desk)),
    ...posts.map((on) =>
      make(
        'unknown member',
        '__proto__',
        { ...on, body: '{"__proto__":{"reader":"A"},"apdu":"00A40000"}' },
        { ...page },
      ),
    ),
    ...[
      '/v1/apdu',
      '/v1/card/apdu',
      '/v1/transmit',
      '/v1/sign',
      '/v1/card/digest',
      '/v1/pairing/codes',
      '/v1/../v1/readers/..',
      '//v1/readers',
      '/v1/legacy/SendAPDU',
    ].flatMap((path) =>
      ['GET', 'POST'].map((method) =>
        make('no such verb', 'page', { method, path, ...(method === 'POST' ? { body: '{}' } : {}) }, { ...page }),
      ),
    ),
    ...sockets(loot),
  ];
}

function sockets({ deskToken, pageToken, pairedOrigin }: Loot): HostileRequest[] {
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const make = (variant: string, headers: Record<string, string>, path = '/v1/events'): HostileRequest => ({
    name: `socket: ${variant}`,
    method: 'GET',
    path,
    socket: true,
    headers: { Host: HOST, ...upgrade, ...headers },
  });
  const offer = (token: string) => ({ 'Sec-WebSocket-Protocol': `rhc.v1, bearer.${token}` });
  return [
    ...HOSTS.map((Host) => make(`host ${Host}`, { Host, ...offer(deskToken) })),
    ...ORIGINS.map((Origin) => make(`origin ${Origin}, desk token`, { Origin, ...offer(deskToken) })),
    ...ORIGINS.map((Origin) => make(`origin ${Origin}, page token`, { Origin, ...offer(pageToken) })),
    make('no token', {}),
    make('no token at the paired origin', { Origin: pairedOrigin }),
    make('desk token at the paired origin', { Origin: pairedOrigin, ...offer(deskToken) }),
    make('page token without its origin', offer(pageToken)),
    ...['/', '/v1/card/read', '/v1/events?read=all', '/v1/events?read=identity&x=1', '/v1//events'].map((path) =>
      make(`path ${path}`, { Origin: pairedOrigin, ...offer(pageToken) }, path),
    ),
  ];
}
