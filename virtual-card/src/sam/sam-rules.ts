/**
 * Every rule of the SAM by name, like the user card's (`cos/rules.ts`): a test builds a SAM that forgets one rule, and the
 * suite must notice. All on and frozen; the command line cannot switch one off.
 */
export const SAM_RULES = {
  channelMac: 'ADR 006: the MAC of an issue command is verified',
  channelMacChain: 'ADR 006: the IV is the block before',
  channelClosedByWrongMac: 'ADR 006: a wrong MAC ends the channel',
  channelRequired: 'ADR 006: without the channel 6982',
  issueStep: 'ADR 006: each issue step writes its own keys and files',
  issueDigest: 'ADR 006, END ISSUE: the digest is compared',
  transportKeyBarsEnd: 'ADR 006, END ISSUE: not while the transport key rules',
  keyOverwrite: 'ADR 006: a held version is never overwritten in use',
  lastVersion: 'ADR 006: the last version of a reference is never retired',
  pinForSessionKey: 'ADR 006: 80 DE is refused until the PIN is verified',
  pinForSignature: 'CARD-FACTS 5.2: PIN before a signature',
  pinTriesCounted: 'CARD-FACTS 5.2: 10 tries',
  pinTryWrittenFirst: 'ADR 006: the try is written off before the comparison',
  pinDroppedByReset: 'ADR 006: the PIN holds until reset',
  applicationSelected: 'CARD.md: DF01 selected before use',
  singleUse: 'CARD-FACTS 5.2: a session key serves one command',
  keyType: 'CARD-FACTS 3.4: type 7 makes no MAC',
  levels: 'CARD-FACTS 3.4: P1 says the levels of the key',
  keyVersion: 'ADR 006: the version byte selects',
  usesCounted: 'ADR 006: a use is counted before it happens',
  recalled: 'ADR 006: a recalled SAM answers 6A81',
  lifeCycle: 'ADR 006: keys work in operational only',
} as const;

export type SamRule = keyof typeof SAM_RULES;
export type SamRules = Readonly<Record<SamRule, boolean>>;

export const SAM_RULE_NAMES = Object.freeze(Object.keys(SAM_RULES)) as readonly SamRule[];

export const ALL_SAM_RULES: SamRules = Object.freeze(
  Object.fromEntries(SAM_RULE_NAMES.map((name) => [name, true])),
) as SamRules;

/** For tests of tests only: a SAM that forgets one rule. */
export function samRulesWithout(forgotten: SamRule): SamRules {
  return Object.freeze({ ...ALL_SAM_RULES, [forgotten]: false });
}
