/** Blank SAMs as their maker delivers them, each a chip of its own. */
import { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { pilotSamSecrets } from '@rhc/card/sam';
import type { Transport } from '@rhc/card/session';
import { asTransport, SamProcessMemory, samHistoricalBytesOf, VirtualSam } from '../../virtual-card/src/index.ts';
import { samRandom } from '../../virtual-card/test/support/pilot-sam.ts';

export function blankSam(number: number): VirtualSam {
  const historicalBytes = samHistoricalBytesOf(Uint8Array.of(0, 0, 0, 1, number >> 8, number & 0xff));
  const transportKey = pilotSamSecrets(nodeCrypto, 'intl-128', '13').transportKey(historicalBytes.slice(0, 8));
  return new VirtualSam({
    memory: new SamProcessMemory(),
    random: samRandom(`sam ${number}`),
    historicalBytes,
    transportKey: new SecretBytes(transportKey),
    suite: 'intl-128',
  });
}
export function powered(sam: VirtualSam): Transport {
  sam.reset();
  return asTransport(sam);
}
