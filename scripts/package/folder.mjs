/**
 * The agent as one folder that runs by itself: Node, the bundled program, its native addon, its pages, and the scripts for
 * both systems. Nothing in it is loaded from elsewhere.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** The addon and what loads it; everything else is bundled. */
const ADDON = ['pcsclite', 'bindings', 'file-uri-to-path'];
const ADDON_FILES =
  /(^|\/)(package\.json|index\.js|bindings\.js|lib\/[^/]+\.js|build\/Release\/[^/]+\.node|LICENSE[^/]*)$/;
const PROGRAMS = ['main.js', 'pcsc/child.js', 'doctor-main.js', 'policy-main.js'];
/** CommonJS libraries inside an ES bundle still ask for Node's own parts by `require`. */
const BANNER =
  "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);";

const LAUNCHER = `#!/bin/sh
# 居民健康卡读卡程序 · reader agent of the resident health card
set -eu
here=$(dirname "$(readlink -f "$0")")/..
state=\${XDG_STATE_HOME:-$HOME/.local/state}/rhc-agent
export RHC_READER_AGENT_STATE_FOLDER="\${RHC_READER_AGENT_STATE_FOLDER:-$state}"
export RHC_AGENT_TOKEN_FILE="\${RHC_AGENT_TOKEN_FILE:-$RHC_READER_AGENT_STATE_FOLDER/token}"
export RHC_KEY_SERVICE_TOKEN_FILE="\${RHC_KEY_SERVICE_TOKEN_FILE:-$RHC_READER_AGENT_STATE_FOLDER/key-service.token}"
export RHC_READER_AGENT_LOG_FOLDER="\${RHC_READER_AGENT_LOG_FOLDER:-$RHC_READER_AGENT_STATE_FOLDER/log}"
export NODE_ENV=production
# 每次读卡产生许多短命对象;年轻代小,常驻内存少 28 MiB · many short-lived objects a card: a small young generation keeps 28 MiB less resident
run() { program=$1; shift; exec "$here/node/node" --max-old-space-size=128 --max-semi-space-size=4 "$here/app/$program" "$@"; }
config=/etc/rhc-agent/agent.json
case "\${1:-run}" in
  run) [ $# -gt 0 ] && shift; [ -f "$config" ] && set -- --config "$config" "$@"; run main.js "$@" ;;
  doctor) shift; [ -f "$config" ] && set -- --config "$config" "$@"; run doctor-main.js "$@" ;;
  policy) shift; run policy-main.js "$@" ;;
  open)
    port=$(sed -n 's/.*"port":\\([0-9]*\\).*/\\1/p' "$RHC_READER_AGENT_STATE_FOLDER/port.json")
    exec xdg-open "http://127.0.0.1:$port/#token=$(cat "$RHC_AGENT_TOKEN_FILE")" ;;
  # 卸载前清除本用户的状态 · before uninstalling: this user's token, journal, pairings and logs
  forget) rm -rf "$RHC_READER_AGENT_STATE_FOLDER" ;;
  --version) cat "$here/VERSION" ;;
  --help) run main.js --help ;;
  *) echo "rhc-agent [run|doctor|policy|open|forget|--version|--help]" >&2; exit 2 ;;
esac
`;

/**
 * @param {{ root: string, out: string, version: string, node?: string }} wish
 * @returns {Promise<{ folder: string, bytes: number }>} bytes of the program without Node
 */
export async function packageFolder({ root, out, version, node = process.execPath }) {
  const dist = join(root, 'reader-agent/dist');
  for (const program of [...PROGRAMS, 'web/index.html']) {
    if (!existsSync(join(dist, program))) throw new Error(`先构建 build first (npm run build): ${join(dist, program)}`);
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'bin'), { recursive: true });
  const { metafile } = await build({
    entryPoints: PROGRAMS.map((program) => join(dist, program)),
    outbase: dist,
    outdir: join(out, 'app'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['pcsclite'],
    banner: { js: BANNER },
    legalComments: 'linked',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'error',
  });
  writeFileSync(join(out, 'app/package.json'), '{ "type": "module" }\n');
  for (const name of ADDON) {
    const from = join(root, 'node_modules', name);
    cpSync(from, join(out, 'app/node_modules', name), {
      recursive: true,
      filter: (path) =>
        statSync(path).isDirectory()
          ? !/\/(src|test|examples|obj\.target|\.deps)$/.test(path)
          : ADDON_FILES.test(path.slice(from.length)),
    });
  }
  cpSync(join(dist, 'web'), join(out, 'app/web'), { recursive: true });
  if (existsSync(join(dist, 'sdk'))) cpSync(join(dist, 'sdk'), join(out, 'app/sdk'), { recursive: true });
  mkdirSync(join(out, 'node'));
  cpSync(node, join(out, 'node/node'), { dereference: true });
  writeFileSync(join(out, 'bin/rhc-agent'), LAUNCHER);
  chmodSync(join(out, 'bin/rhc-agent'), 0o755);
  writeFileSync(join(out, 'VERSION'), `${version}\n`);
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  cpSync(join(root, 'scripts/package/files'), out, { recursive: true });
  for (const path of ['README.md']) {
    const text = readFileSync(join(out, path), 'utf8').replaceAll('@VERSION@', version);
    writeFileSync(join(out, path), text);
  }
  const bytes = Object.values(metafile.outputs).reduce((sum, { bytes: each }) => sum + each, 0);
  return { folder: dirname(join(out, 'x')), bytes };
}
