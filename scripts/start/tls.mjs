/** `npm start -- --tls`: key-service's authority is fetched, the others get one-time codes and enrol by themselves. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Api } from './api.mjs';

/** @typedef {import('./services.mjs').State} State */

/** Files of a member of the system's TLS. @param {string} folder */
export const memberFiles = (folder) => ({
  folder: join(folder, 'tls'),
  codeFile: join(folder, 'enrolment-code'),
});

/** Where key-service puts its authority's certificate. @param {State} state */
export const authorityFile = ({ dirs }) => join(dirs.keyService, 'tls/authority.pem');

/**
 * `fetch` that believes only the system's own authority, which is read when it is there.
 * @param {string} root @param {State} state @returns {Promise<typeof fetch>}
 */
export async function authorityFetch(root, state) {
  const shell = await import(pathToFileURL(join(root, 'service-shell/dist/index.js')).href);
  return shell.tlsFetch(() => ({ authority: readFileSync(authorityFile(state), 'utf8') }));
}

/**
 * A code for each member that has no certificate yet, as the system administrator would hand it over.
 * @param {Api} keyService asked with its own token file
 * @param {string} administratorToken @param {readonly { kind: 'service' | 'terminal', name: string, folder: string }[]} members
 */
export async function handOutCodes(keyService, administratorToken, members) {
  const administrator = new Api('key-service', keyService.url, administratorToken, keyService.send);
  for (const { kind, name, folder } of members) {
    const files = memberFiles(folder);
    if (existsSync(join(files.folder, 'certificate.pem'))) continue;
    const serverNames = kind === 'service' ? ['localhost', '127.0.0.1'] : [];
    const { code } = await administrator.demand('POST', '/v1/certificates/enrolments', {
      json: { kind, name, serverNames },
    });
    writeFileSync(files.codeFile, `${code}\n`, { mode: 0o600 });
  }
}
