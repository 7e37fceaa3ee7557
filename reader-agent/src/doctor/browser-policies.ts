/**
 * Policy files by which IT lets pages of the hospital reach the agent without a question: Chrome and Edge by origin (142:
 * `LocalNetworkAccessAllowedForUrls`, 146: `LoopbackNetworkAllowedForUrls`), Firefox ≥ 151 / ESR 140.11 by domain.
 */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

const BY_ORIGIN = ['LocalNetworkAccessAllowedForUrls', 'LoopbackNetworkAllowedForUrls'] as const;
const REGISTRY = {
  chrome: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Google\\Chrome',
  edge: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Edge',
} as const;

/** @throws RangeError for what is no https origin */
export function browserPolicies(origins: readonly string[]): PolicyFile[] {
  if (origins.length === 0) throw new RangeError('no origin was given');
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    // A page of plain http is no secure context: browsers of 2026 let it reach no loopback, whatever a policy says.
    if (url === null || url.protocol !== 'https:' || url.origin !== origin)
      throw new RangeError(`no https origin: ${origin}`);
  }
  const byOrigin = json(Object.fromEntries(BY_ORIGIN.map((name) => [name, origins])));
  return [
    { path: 'linux/etc/opt/chrome/policies/managed/rhc-agent.json', text: byOrigin },
    { path: 'linux/etc/chromium/policies/managed/rhc-agent.json', text: byOrigin },
    { path: 'linux/etc/opt/edge/policies/managed/rhc-agent.json', text: byOrigin },
    { path: 'linux/etc/firefox/policies/policies.json', text: json(firefox(origins)) },
    { path: 'windows/firefox/distribution/policies.json', text: json(firefox(origins)) },
    ...(['chrome', 'edge'] as const).map((browser) => ({
      path: `windows/${browser}.reg`,
      text: registry(REGISTRY[browser], origins),
    })),
  ];
}

const firefox = (origins: readonly string[]) => ({
  policies: { LocalNetworkAccess: { Enabled: true, SkipDomains: origins.map((origin) => new URL(origin).hostname) } },
});

function registry(key: string, origins: readonly string[]): string {
  const lists = BY_ORIGIN.map(
    (name) => `[${key}\\${name}]\r\n${origins.map((origin, at) => `"${at + 1}"="${origin}"`).join('\r\n')}\r\n`,
  );
  return `Windows Registry Editor Version 5.00\r\n\r\n${lists.join('\r\n')}`;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
