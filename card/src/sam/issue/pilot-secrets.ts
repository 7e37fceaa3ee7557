/**
 * Issue secrets of the pilot (CARD.md, "Slots and pilot keys"): every root by the public formula, `SAM-TMK` dispersed by the
 * SAM, `SAM-MK` by province, then SAM. For tests and demonstrations; production refuses them.
 */
import type { AlgorithmSuite } from '../../profile/index.ts';
import { type Crypto, disperse, pilotRoot, provinceFactor } from '../../secure-messaging/index.ts';
import type { SamIssueSecrets } from './issue-sam.ts';

export function pilotSamSecrets(crypto: Crypto, suite: AlgorithmSuite, provinceCode: string): SamIssueSecrets {
  return {
    transportKey: (samFactor) => disperse(crypto, suite, pilotRoot(crypto, 'SAM-TMK', 1), samFactor),
    controlKey: (samFactor) => {
      const province = disperse(crypto, suite, pilotRoot(crypto, 'SAM-MK', 1), provinceFactor(provinceCode));
      return disperse(crypto, suite, province, samFactor);
    },
    root: (slot, version) => pilotRoot(crypto, slot, version),
  };
}
