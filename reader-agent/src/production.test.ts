import { describe, expect, test } from '@jest/globals';
import {
  PRODUCTION_RULES,
  type ProductionFacts,
  refuseSimulatorInProduction,
  requireProductionReady,
} from './production.ts';

const READY: ProductionFacts = {
  tlsFolder: '/var/lib/rhc/tls',
  keyServiceUrl: 'https://keys.example:8101',
  issuerUrl: 'https://cards.example:8102',
  hotlistKeyFile: '/etc/rhc/hotlist.key',
  hotlistStopHours: 168,
  visitTrustRootFile: '/etc/rhc/root.key',
  clockToleranceSeconds: 300,
  pcscSocket: undefined,
  updateUrl: undefined,
  updateKeyFile: undefined,
  pilotPin: false,
};
/** One change that breaks one rule. */
const BROKEN: Readonly<Record<keyof typeof PRODUCTION_RULES, Partial<ProductionFacts>>> = {
  'client-certificate': { tlsFolder: undefined },
  'key-service-https': { keyServiceUrl: 'http://127.0.0.1:8101' },
  'card-issuer-https': { issuerUrl: 'http://127.0.0.1:8102' },
  hotlist: { hotlistKeyFile: undefined },
  'hotlist-stop': { hotlistStopHours: 0 },
  'visit-trust-root': { visitTrustRootFile: undefined },
  clock: { clockToleranceSeconds: 0 },
  'pilot-pin': { pilotPin: true },
  readers: { pcscSocket: '/tmp/pcscd.comm' },
  'update-key': { updateUrl: 'https://updates.example/rhc-agent.json' },
};

describe('production', () => {
  test('starts with settings that are safe', () => {
    expect(() => requireProductionReady(READY, [])).not.toThrow();
  });

  test.each(Object.entries(BROKEN))(
    '%s: refused by the name of its setting, allowed by the name of the rule',
    (name, change) => {
      const facts = { ...READY, ...change };
      const { env } = PRODUCTION_RULES[name as keyof typeof BROKEN];
      expect(() => requireProductionReady(facts, [])).toThrow(
        expect.objectContaining({
          code: 'INSECURE_IN_PRODUCTION',
          fields: [{ field: env, rule: { zh: expect.stringContaining(name), en: expect.stringContaining(name) } }],
        }),
      );
      expect(() => requireProductionReady(facts, [name])).not.toThrow();
    },
  );

  test('all faults at once', () => {
    const all = Object.assign({}, READY, ...Object.values(BROKEN)) as ProductionFacts;
    let fields: readonly { field: string }[] = [];
    try {
      requireProductionReady(all, []);
    } catch (error) {
      fields = (error as { fields: typeof fields }).fields;
    }
    expect(fields.map(({ field }) => field)).toEqual(Object.values(PRODUCTION_RULES).map(({ env }) => env));
  });

  test('no simulator', () => {
    expect(() => refuseSimulatorInProduction({})).not.toThrow();
    expect(() => refuseSimulatorInProduction({ RHC_READER_AGENT_PRODUCTION: 'true' })).toThrow(
      expect.objectContaining({ code: 'SIMULATOR_IN_PRODUCTION' }),
    );
  });
});
