/**
 * A Debian package of the folder. No maintainer scripts: the user unit is enabled by a link that the package itself owns, so
 * that removing the package removes everything that it brought.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const UNIT = `[Unit]
Description=Resident health card reader agent (居民健康卡读卡程序)
After=graphical-session.target

[Service]
ExecStart=/opt/rhc-agent/bin/rhc-agent run
Restart=on-failure
RestartSec=2
NoNewPrivileges=yes
MemoryMax=400M

[Install]
WantedBy=default.target
`;
const DESKTOP = `[Desktop Entry]
Type=Application
Name=Resident health card
Name[zh_CN]=居民健康卡读卡
Exec=/opt/rhc-agent/bin/rhc-agent open
Terminal=false
Categories=Office;MedicalSoftware;
`;

/** Node's names for processors, as Debian calls them. @type {Record<string, string>} */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', loong64: 'loong64' };

/**
 * @param {{ folder: string, out: string, version: string }} wish `out`: where the .deb is written
 * @returns {string} its path
 */
export function debianPackage({ folder, out, version }) {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const tree = `${folder}-deb`;
  rmSync(tree, { recursive: true, force: true });
  const put = (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  const link = (/** @type {string} */ path, /** @type {string} */ to) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    symlinkSync(to, join(tree, path));
  };
  mkdirSync(join(tree, 'opt'), { recursive: true });
  cpSync(folder, join(tree, 'opt/rhc-agent'), { recursive: true, verbatimSymlinks: true });
  rmSync(join(tree, 'opt/rhc-agent/windows'), { recursive: true, force: true });
  link('usr/bin/rhc-agent', '/opt/rhc-agent/bin/rhc-agent');
  put('usr/lib/systemd/user/rhc-agent.service', UNIT);
  link('usr/lib/systemd/user/default.target.wants/rhc-agent.service', '../rhc-agent.service');
  put('usr/share/applications/rhc-agent.desktop', DESKTOP);
  link('usr/share/doc/rhc-agent/README.md', '/opt/rhc-agent/README.md');
  put(
    'DEBIAN/control',
    `Package: rhc-agent
Version: ${version}
Architecture: ${architecture}
Maintainer: Resident Health Card <rhc@example.invalid>
Depends: libc6, libstdc++6, libpcsclite1, pcscd
Recommends: libccid, xdg-utils
Section: misc
Priority: optional
Description: Reader agent of the resident health card (居民健康卡读卡程序)
 Reads and writes resident health cards at a clinic's desk and serves the hospital's pages and programs on 127.0.0.1.
`,
  );
  const path = join(out, `rhc-agent_${version}_${architecture}.deb`);
  const made = spawnSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, path], {
    encoding: 'utf8',
  });
  rmSync(tree, { recursive: true, force: true });
  if (made.status !== 0) throw new Error(`dpkg-deb: ${made.stderr || made.error?.message}`);
  return path;
}
