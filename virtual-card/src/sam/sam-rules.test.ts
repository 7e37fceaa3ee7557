/** A SAM that forgets a rule of its use is told from one that keeps it, by a case of literal bytes each. */
import { describe, expect, test } from '@jest/globals';
import { issuedSam, vectorRandom } from '../../test/support/operational-sam.ts';
import { bytesOf, hexOf } from '../../test/support/test-terminal.ts';
import { SAM_RULE_NAMES, SamProcessMemory, type SamRule, type SamRules, samRulesWithout, VirtualSam } from './index.ts';
import { ALL_SAM_RULES } from './sam-rules.ts';

const PIN = '0020000003123456';
const DF01 = '00A4000002DF01';
const RK1 = '80DE4731180102030405060708'.concat('3133303030303030', 'A1A2A3A4A5A6A7A8');
const ENCIPHER = '80FA000010B1B2B3B4B5B6B7B80000000000000000';
const MAC = `80FA050020${'00'.repeat(16)}84D20104048000000000000000000000`;
const SIGN = `802A9E9A20${'AB'.repeat(32)}`;

/** Commands, and the status word of the last one when the rule holds. `reset` pulls the SAM. */
const CASES: Partial<Record<SamRule, readonly [readonly string[], string]>> = {
  channelRequired: [[DF01, '00A4000002001A', '04D6000005FF00000000'], '6982'],
  pinForSessionKey: [[DF01, RK1], '6982'],
  pinForSignature: [[DF01, SIGN], '6982'],
  pinTriesCounted: [['0020000003999999', '0020000003999999'], '63C8'],
  pinDroppedByReset: [[PIN, 'reset', '00200000'], '63CA'],
  applicationSelected: [[PIN, RK1], '6985'],
  singleUse: [[PIN, DF01, RK1, ENCIPHER, ENCIPHER], '6985'],
  keyType: [[PIN, DF01, RK1, MAC], '6985'],
  levels: [[PIN, DF01, '80DE2731100102030405060708A1A2A3A4A5A6A7A8'], '6A86'],
};

function last(commands: readonly string[], rules: SamRules): string {
  const sam = new VirtualSam({ memory: new SamProcessMemory(issuedSam()), random: vectorRandom(), rules });
  sam.powerOn();
  let answer = '';
  for (const command of commands) {
    if (command === 'reset') sam.reset();
    else answer = hexOf(sam.transmit(bytesOf(command)));
  }
  return answer.slice(-4);
}

describe.each(Object.entries(CASES))('%s', (name, [commands, sw]) => {
  test('kept and forgotten', () => {
    expect(last(commands, ALL_SAM_RULES)).toBe(sw);
    expect(last(commands, samRulesWithout(name as SamRule))).not.toBe(sw);
  });
});

test('a forgotten version byte, use counter and order of the try show in what the SAM holds', () => {
  const version2 = RK1.replace('473118', '473119').concat('02');
  const run = (rules: SamRules) => {
    const memory = new SamProcessMemory(issuedSam());
    const sam = new VirtualSam({ memory, random: vectorRandom(), rules });
    sam.powerOn();
    for (const command of [PIN, DF01, version2]) sam.transmit(bytesOf(command));
    return hexOf(sam.transmit(bytesOf(`${ENCIPHER}10`))) + hexOf(sam.transmit(bytesOf('80CA010600')));
  };
  const whole = run(ALL_SAM_RULES);
  expect(run(samRulesWithout('keyVersion'))).not.toBe(whole);
  expect(run(samRulesWithout('usesCounted'))).not.toBe(whole);
});

test('all rules are on and frozen', () => {
  expect(Object.values(ALL_SAM_RULES).every(Boolean)).toBe(true);
  expect(Object.isFrozen(ALL_SAM_RULES) && Object.isFrozen(samRulesWithout('singleUse'))).toBe(true);
  expect(SAM_RULE_NAMES).toHaveLength(22);
});
