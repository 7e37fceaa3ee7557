/** The local API as one table (FIELD.md, "The local API"): card-level verbs only, never raw APDUs or digests. */
import type { Endpoint } from '@rhc/service-shell';
import type { EndpointParts } from '../endpoint-parts.ts';
import { auditEndpoints } from './audit.ts';
import { cardEndpoints } from './cards.ts';
import { deskKeyEndpoints } from './desk-keys.ts';
import { diagnosticsEndpoints } from './diagnostics.ts';
import { eventEndpoints } from './events.ts';
import { hotlistEndpoints } from './hotlist.ts';
import { issuerEndpoints } from './issuer.ts';
import { legacyEndpoints } from './legacy.ts';
import { pairingEndpoints } from './pairing.ts';
import { sdkEndpoints } from './sdk.ts';
import { statusEndpoints } from './status.ts';
import { updateEndpoints } from './update.ts';
import { writeEndpoints } from './writes.ts';

export function agentEndpoints(parts: EndpointParts): readonly Endpoint[] {
  return [
    ...statusEndpoints(parts),
    ...pairingEndpoints(parts),
    ...cardEndpoints(parts),
    ...writeEndpoints(parts),
    ...eventEndpoints(parts),
    ...deskKeyEndpoints(parts),
    ...hotlistEndpoints(parts),
    ...auditEndpoints(parts),
    ...issuerEndpoints(parts),
    ...legacyEndpoints(parts),
    ...diagnosticsEndpoints(parts),
    ...updateEndpoints(parts),
    ...sdkEndpoints(parts),
  ];
}
