/**
 * What a desk in production refuses to start with: each rule names the setting and why, all faults are told at once, and a rule is set
 * aside only by its name in `RHC_READER_AGENT_ALLOW_IN_PRODUCTION`.
 */
import type { FieldFault, Text } from '@rhc/card/errors';
import { agentErrors } from './errors.ts';
import { agentSettings } from './settings.ts';

export interface ProductionFacts {
  readonly tlsFolder: string | undefined;
  readonly keyServiceUrl: string;
  readonly issuerUrl: string;
  readonly hotlistKeyFile: string | undefined;
  readonly hotlistStopHours: number;
  readonly visitTrustRootFile: string | undefined;
  readonly clockToleranceSeconds: number;
  readonly pcscSocket: string | undefined;
  readonly updateUrl: string | undefined;
  readonly updateKeyFile: string | undefined;
  /** Whether the PIN in the file is that of the pilot's SAMs, which anybody knows. */
  readonly pilotPin: boolean;
}

interface Rule {
  readonly env: string;
  readonly broken: (facts: ProductionFacts) => boolean;
  readonly rule: Text;
}

const { tlsFolder, keyServiceUrl, issuerUrl, hotlistKeyFile, hotlistStopHours } = agentSettings;
const { visitTrustRootFile, clockToleranceSeconds, pcscSocket, samPinFile, updateKeyFile } = agentSettings;
const isPlain = (url: string): boolean => !url.startsWith('https://');

export const PRODUCTION_RULES = {
  'client-certificate': {
    env: tlsFolder.env,
    broken: (facts) => facts.tlsFolder === undefined,
    rule: {
      zh: '没有客户端证书:须设置此项,并凭登记码登记',
      en: 'no TLS client certificate: set this and enrol with a one-time code',
    },
  },
  'key-service-https': {
    env: keyServiceUrl.env,
    broken: (facts) => isPlain(facts.keyServiceUrl),
    rule: { zh: '须为 https:// 地址', en: 'must be an https:// address' },
  },
  'card-issuer-https': {
    env: issuerUrl.env,
    broken: (facts) => isPlain(facts.issuerUrl),
    rule: { zh: '须为 https:// 地址', en: 'must be an https:// address' },
  },
  hotlist: {
    env: hotlistKeyFile.env,
    broken: (facts) => facts.hotlistKeyFile === undefined,
    rule: {
      zh: '没有挂失名单的公钥:挂失的卡会被照常服务',
      en: 'no public key of the hotlist: lost cards would be served',
    },
  },
  'hotlist-stop': {
    env: hotlistStopHours.env,
    broken: (facts) => facts.hotlistStopHours === 0,
    rule: { zh: '为 0 则过期的名单永不停用', en: '0 never stops serving by an old list' },
  },
  'visit-trust-root': {
    env: visitTrustRootFile.env,
    broken: (facts) => facts.visitTrustRootFile === undefined,
    rule: { zh: '没有根公钥:就诊签名无法核验', en: 'no root public key: signatures of visits cannot be checked' },
  },
  clock: {
    env: clockToleranceSeconds.env,
    broken: (facts) => facts.clockToleranceSeconds === 0,
    rule: { zh: '为 0 则时钟错误也会写卡', en: '0 writes on cards by a wrong clock' },
  },
  'pilot-pin': {
    env: samPinFile.env,
    broken: (facts) => facts.pilotPin,
    rule: { zh: '是试点 SAM 的公开 PIN', en: 'holds the PIN of the pilot’s SAMs, which is public' },
  },
  readers: {
    env: pcscSocket.env,
    broken: (facts) => facts.pcscSocket !== undefined,
    rule: {
      zh: '指向私有的 pcscd(虚拟读卡器):生产环境只用系统的读卡器服务',
      en: 'names a private pcscd (virtual readers): production uses the system’s reader service',
    },
  },
  'update-key': {
    env: updateKeyFile.env,
    broken: (facts) => facts.updateUrl !== undefined && facts.updateKeyFile === undefined,
    rule: { zh: '设置了更新地址而没有其签名公钥', en: 'an update address is set and no key for its signature' },
  },
} as const satisfies Record<string, Rule>;

export type ProductionRule = keyof typeof PRODUCTION_RULES;
export const PILOT_PIN = '123456';

/** @param allowed names of rules that the administrator set aside @throws INSECURE_IN_PRODUCTION with every setting at fault */
export function requireProductionReady(facts: ProductionFacts, allowed: readonly string[]): void {
  const rules: readonly (readonly [string, Rule])[] = Object.entries(PRODUCTION_RULES);
  const fields = rules
    .filter(([name, { broken }]) => !allowed.includes(name) && broken(facts))
    .map(([name, { env, rule }]): FieldFault => {
      const { zh, en } = rule;
      return { field: env, rule: { zh: `${zh}（规则 ${name}）`, en: `${en} (rule ${name})` } };
    });
  if (fields.length > 0) throw agentErrors.make('INSECURE_IN_PRODUCTION', { fields });
}

/** For the simulator, whose cards are nobody's. @throws SIMULATOR_IN_PRODUCTION */
export function refuseSimulatorInProduction(env: Readonly<Record<string, string | undefined>>): void {
  if (['true', '1'].includes(env[agentSettings.production.env] ?? ''))
    throw agentErrors.make('SIMULATOR_IN_PRODUCTION');
}
