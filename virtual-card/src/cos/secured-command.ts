/**
 * MAC of the personalization channel (ADR 001, "Personalization channel" 3): the IV is the full last block of the
 * previous accepted secured command, so a lost, repeated or reordered command is noticed. A wrong MAC closes the channel.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, equalBytes } from '@rhc/card/bytes';
import type { PersonalizationChannel } from './chip.ts';
import { macBlock } from './cipher-suite.ts';
import type { CosRules } from './rules.ts';
import { refuse } from './status-error.ts';

/** The user card and the SAM hold their channel alike. */
interface ChannelHolder {
  readonly session: { channel: PersonalizationChannel | null };
  readonly rules: Pick<CosRules, 'channelMac' | 'channelMacChain' | 'channelClosedByWrongMac'>;
}

/** Data without the MAC, once the MAC is right. */
export function openSecured(chip: ChannelHolder, channel: PersonalizationChannel, command: CommandApdu): Uint8Array {
  const data = command.data ?? new Uint8Array(0);
  const body = data.slice(0, -4);
  const header = Uint8Array.of(command.cla, command.ins, command.p1, command.p2, data.length);
  const block = macBlock(channel.suite, channel.macKey, channel.iv, concatBytes(header, body));
  if (!equalBytes(block.slice(0, 4), data.slice(-4)) && chip.rules.channelMac) {
    if (chip.rules.channelClosedByWrongMac) chip.session.channel = null;
    return refuse('macWrong');
  }
  chip.session.channel = { ...channel, iv: chip.rules.channelMacChain ? block : channel.iv };
  return body;
}
