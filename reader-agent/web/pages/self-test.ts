/**
 * What this browser lets a page of a hospital do with the agent. Browsers of 2026 ask before a page may reach the loopback
 * (Chrome 142: `local-network-access`, 145: `loopback-network`); the agent's own page is exempt, so the answer for other
 * origins is read from the permission, not tried.
 */
import type { Text } from '@rhc/console-shell';

export interface Check {
  readonly id: string;
  readonly title: Text;
  readonly state: 'good' | 'warn' | 'bad';
  readonly says: Text;
}

const PERMISSIONS = ['loopback-network', 'local-network-access'];

export function browserOf(userAgent: string): { readonly name: string; readonly major: number } {
  const known = [/\b(Edg)\/(\d+)/, /\b(Firefox)\/(\d+)/, /\b(Chrome)\/(\d+)/, /Version\/(\d+).*\b(Safari)\//];
  for (const pattern of known) {
    const found = pattern.exec(userAgent);
    if (found === null) continue;
    const [name, major] = /\d/.test(found[1] ?? '') ? [found[2], found[1]] : [found[1], found[2]];
    return { name: name === 'Edg' ? 'Edge' : (name ?? '?'), major: Number(major) };
  }
  return { name: '?', major: 0 };
}

/** `null`: the browser knows no such permission, so it does not ask. */
export async function loopbackPermission(): Promise<PermissionState | null> {
  for (const name of PERMISSIONS) {
    try {
      return (await navigator.permissions.query({ name: name as PermissionName })).state;
    } catch {
      // Unknown to this browser; the older name may be known.
    }
  }
  return null;
}

export function permissionCheck(state: PermissionState | null, { name, major }: ReturnType<typeof browserOf>): Check {
  const title = { zh: '医院网页访问本机', en: 'Hospital page → this machine' };
  const id = 'permission';
  if (state === 'denied') {
    return {
      id,
      title,
      state: 'bad',
      says: {
        zh: '浏览器拒绝网页访问本机。请在地址栏左侧的网站设置中允许“本地网络/本机”，或由信息科下发策略。',
        en: 'The browser refuses. Allow “local network / loopback” in the site settings, or let IT roll out the policy.',
      },
    };
  }
  if (state === 'prompt' || (state === null && name === 'Firefox' && major >= 151)) {
    return {
      id,
      title,
      state: 'warn',
      says: {
        zh: '医院网页首次读卡时浏览器会询问一次，请点“允许”；信息科可用策略文件免去询问。',
        en: 'The browser asks once when a hospital page first reads a card: choose Allow. IT can avoid it by a policy file.',
      },
    };
  }
  const free = { zh: '无需询问，可以访问。', en: 'No question is asked, access is free.' };
  return { id, title, state: 'good', says: free };
}

export async function selfTest(ask: (path: string) => Promise<{ status: number }>): Promise<Check[]> {
  const browser = browserOf(navigator.userAgent);
  const answers = async (path: string) => (await ask(path).catch(() => ({ status: 0 }))).status;
  const [status, writes] = [await answers('/v1/status'), await answers('/v1/readers')];
  return [
    {
      id: 'browser',
      title: { zh: '浏览器', en: 'Browser' },
      state: browser.major >= 111 ? 'good' : 'warn',
      says: {
        zh: `${browser.name} ${browser.major}`,
        en: browser.major >= 111 ? 'recent enough' : 'old: please update',
      },
    },
    {
      id: 'agent',
      title: { zh: '读卡程序', en: 'Reader agent' },
      state: status === 200 ? 'good' : 'bad',
      says:
        status === 200
          ? { zh: '有应答', en: 'answers' }
          : { zh: '没有应答，请启动读卡程序。', en: 'does not answer; start it' },
    },
    {
      id: 'access',
      title: { zh: '本页授权', en: 'This page’s access' },
      state: writes === 200 ? 'good' : 'bad',
      says:
        writes === 200
          ? { zh: '有效', en: 'valid' }
          : { zh: '无效：请从桌面图标重新打开本页。', en: 'not valid: open this page again from the desktop icon' },
    },
    {
      id: 'secure',
      title: { zh: '安全上下文', en: 'Secure context' },
      state: isSecureContext ? 'good' : 'bad',
      says: isSecureContext
        ? { zh: '是（127.0.0.1 视为安全）', en: 'yes (127.0.0.1 counts as secure)' }
        : { zh: '否：请用 https 或 127.0.0.1 打开。', en: 'no: open by https or 127.0.0.1' },
    },
    {
      id: 'sound',
      title: { zh: '提示音', en: 'Sound' },
      state: 'AudioContext' in globalThis ? 'good' : 'warn',
      says: { zh: '首次按键或点击后可用', en: 'works after the first key or click' },
    },
    permissionCheck(await loopbackPermission(), browser),
  ];
}
