/**
 * Every rule of the card operating system by name, so that the conformance suite can be proven: a test builds a card
 * with one rule switched off and the suite must notice. All rules are on and frozen; the emulator's command line and
 * vpcd program have no way to switch one off (`rules.test.ts` looks for it).
 */
export const COS_RULES = {
  protectedMac: 'CARD-FACTS 3.7: the MAC of a protected update is verified',
  stkOfDirectory: "CARD-FACTS 3.1: only the STK of the file's own directory protects its updates",
  encipherment: 'CARD-FACTS 2.1: a file with cipher and MAC takes no update that is only MACed',
  macRequired: 'CARD-FACTS 2.1: a file with secure messaging takes no plain update',
  triesCounted: 'CARD.md tries: each failure costs one',
  triesExhausted: 'CARD.md tries: at 0 the key answers 6983',
  triesRefilled: 'CARD.md tries: a success sets them back',
  triesRefilledByWriteKey: 'ADR 005: an accepted WRITE KEY sets them back',
  challengeOnceAuthentication: 'ADR 001, A challenge: one serves one authentication',
  challengeOnceUpdate: 'ADR 001, A challenge: one serves one protected command',
  challengeReplaced: 'ADR 001, A challenge: a newer one replaces it',
  challengeDroppedByReset: 'ADR 001, A challenge: dropped by reset',
  stateClearedByDirectory: 'CARD-FACTS 2.1: authentication belongs to the current DF',
  stateClearedByReset: 'CARD-FACTS 2.1: authentication does not outlive a reset',
  keyVersion: 'CARD.md key version byte: the byte selects',
  keyClass: 'CARD-FACTS 3.1: IRK and STK authenticate no terminal',
  keyOfDirectory: 'CARD-FACTS 3.2: a key is looked for in the current DF',
  internalKey: 'CARD-FACTS 4.3: only the IRK answers INTERNAL AUTHENTICATE',
  entryOfDirectory: 'ADR 001, A challenge: an EF is found in the current DF only',
  applicationBlock: 'ADR 005: a blocked DF answers 6A81',
  blockedForEver: 'ADR 005: a DF blocked with 01 stays blocked',
  cardBlock: 'ADR 005: a blocked card answers 6A81',
  lockKey: 'ADR 005: LK or BK must be authenticated',
  lockMac: 'ADR 005: the MAC of a block command is verified',
  channelRequired: 'ADR 001, Personalization channel 4: without it 6982',
  channelMac: 'ADR 001, Personalization channel 3: the MAC is verified',
  channelMacChain: 'ADR 001, Personalization channel 3: the IV is the block before',
  channelClosedByWrongMac: 'ADR 001, Personalization channel 2: a wrong MAC ends it',
  lifeCycle: 'ADR 001, END PERSONALIZATION: one way',
  endDigest: 'ADR 001, END PERSONALIZATION: the digest is compared',
  transportKeyErased: 'ADR 001, WRITE KEY: MK erases the transport key',
  transportKeyBarsEnd: 'ADR 001, END PERSONALIZATION: not while the transport key is in force',
  keyOverwrite: 'ADR 005: a key in use is never overwritten',
  lastVersion: 'ADR 005: the last version of a slot is never retired',
  versionLimit: 'ADR 001, WRITE KEY: a fourth version is refused',
  cyclicOrder: 'CARD-FACTS 1.3: the newest record is number 1',
  tlvHeader: 'CARD-FACTS 1.3: tag and length of a record never change',
  recordLength: 'CARD-FACTS 1.3: a record has its defined length',
  binaryEnd: 'ADR 001: nothing is written past the end of a file',
} as const;

export type CosRule = keyof typeof COS_RULES;
export type CosRules = Readonly<Record<CosRule, boolean>>;

export const COS_RULE_NAMES = Object.freeze(Object.keys(COS_RULES)) as readonly CosRule[];

export const ALL_RULES: CosRules = Object.freeze(
  Object.fromEntries(COS_RULE_NAMES.map((name) => [name, true])),
) as CosRules;

/** For tests of tests only: a card that forgets one rule. */
export function rulesWithout(forgotten: CosRule): CosRules {
  return Object.freeze({ ...ALL_RULES, [forgotten]: false });
}
