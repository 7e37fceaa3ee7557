/** What needs somebody, from what the service tells. Pure; other pages add what they know (approvals, certificates, SAMs). */
import type { Text } from '@rhc/console-shell';
import type {
  AuditStatusResponse,
  KeyVersionsResponse,
  RosterResponse,
  StatusResponse,
} from '../src/contract/index.ts';

export interface Attention {
  readonly light: 'bad' | 'warn' | 'idle';
  readonly text: Text;
  readonly at?: string;
  /** Page where it is dealt with, and what the button says. */
  readonly page?: string;
  readonly next: Text;
}

const TREE: Text = { zh: '查看密钥', en: 'Look at the key' };
const AUDIT: Text = { zh: '查看日志', en: 'Look at the log' };
const KINDS = {
  ended: { zh: '使用期已过', en: 'is past its cryptoperiod' },
  'ends-soon': { zh: '使用期将满', en: 'comes to the end of its cryptoperiod' },
  'no-successor': { zh: '没有后继版本', en: 'has no successor' },
} as const satisfies Record<string, Text>;

export function attentionOf(
  status: StatusResponse | null,
  keys: KeyVersionsResponse | null,
  audit: AuditStatusResponse | null,
  roster: RosterResponse | null,
  now: Date,
): Attention[] {
  return [...ofHsm(status), ...ofAudit(audit), ...ofRoster(roster), ...ofKeys(keys, now)];
}

const ORDER = { bad: 0, warn: 1, idle: 2 } as const;
/** What is urgent stands first; within one urgency the order stays. */
export const byUrgency = (list: readonly Attention[]): Attention[] =>
  [...list].sort((a, b) => ORDER[a.light] - ORDER[b.light]);

function ofHsm(status: StatusResponse | null): Attention[] {
  if (status === null) return [];
  const failed = (status.token?.knownAnswers ?? []).filter(({ passed }) => !passed).map(({ name }) => name);
  const found: Attention[] = [];
  if (failed.length > 0) {
    const text = {
      zh: `密码机没有通过测试:${failed.join('、')}。这些密钥或机制不被使用。`,
      en: `The HSM failed: ${failed.join(', ')}. What failed is not used.`,
    };
    found.push({ light: 'bad', text, page: 'health', next: { zh: '查看健康', en: 'Look at health' } });
  }
  if (!status.ready && failed.length === 0) {
    const text = { zh: '服务未就绪:有密钥位没有启用的版本。', en: 'Not ready: a slot has no active version.' };
    found.push({ light: 'bad', text, page: 'keys', next: TREE });
  }
  return found;
}

function ofAudit(audit: AuditStatusResponse | null): Attention[] {
  if (audit === null) return [];
  const found: Attention[] = [];
  if (audit.damaged) {
    const text = { zh: '审计日志与签名的检查点不符。', en: 'The audit log does not agree with its signed checkpoint.' };
    found.push({ light: 'bad', text, page: 'audit', next: AUDIT });
  }
  if (audit.spooled > 0) {
    const left = audit.spoolLastsMs === null ? '' : ` ${Math.round(audit.spoolLastsMs / 60_000)} min`;
    const text = {
      zh: `审计库暂不可写,${audit.spooled}/${audit.spoolCapacity} 条在本地缓存。${left}`,
      en: `The log's store cannot be written: ${audit.spooled}/${audit.spoolCapacity} entries are spooled.${left}`,
    };
    found.push({ light: 'warn', text, page: 'audit', next: AUDIT });
  }
  return found;
}

function ofRoster(roster: RosterResponse | null): Attention[] {
  if (roster === null || roster.roster !== null) return [];
  const text = {
    zh: '尚未建立批准人名册:现在没有操作需要多人批准。在服务器上运行 npm run roster(见运维手册)。',
    en: 'No roster founded yet: nothing needs a quorum now. Run npm run roster on the server (see operations).',
  };
  return [{ light: 'warn', text, page: 'approvals', next: { zh: '查看名册', en: 'Look at the roster' } }];
}

function ofKeys(keys: KeyVersionsResponse | null, now: Date): Attention[] {
  const found: Attention[] = [];
  for (const { slot, version, kind, daysLeft } of keys?.warnings ?? []) {
    const { zh, en } = KINDS[kind];
    const text = { zh: `${slot} v${version} ${zh}(${daysLeft} 天)`, en: `${slot} v${version} ${en} (${daysLeft} d)` };
    found.push({ light: kind === 'ended' ? 'bad' : 'warn', text, page: `keys/${slot}/${version}`, next: TREE });
  }
  for (const { slot, version, state, activateAt, destroyAt } of keys?.versions ?? []) {
    const page = `keys/${slot}/${version}`;
    const name = `${slot} v${version}`;
    if (state === 'compromised') {
      const text = { zh: `${name} 已标记泄露`, en: `${name} is marked compromised` };
      found.push({ light: 'bad', text, page, next: TREE });
    }
    if (state === 'suspended' && destroyAt === null) {
      const text = { zh: `${name} 被挂起`, en: `${name} is suspended` };
      found.push({ light: 'warn', text, page, next: TREE });
    }
    if (activateAt !== null && Date.parse(activateAt) > now.getTime()) {
      const text = { zh: `${name} 将启用`, en: `${name} will be activated` };
      found.push({ light: 'idle', text, at: activateAt, page, next: TREE });
    }
    if (destroyAt !== null && state !== 'destroyed') {
      const text = { zh: `${name} 将销毁,期满前可恢复`, en: `${name} will be destroyed; restorable until then` };
      found.push({ light: 'warn', text, at: destroyAt, page, next: TREE });
    }
  }
  return found;
}
