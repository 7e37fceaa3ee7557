/** The whole HTTP interface of key-service: one table of tables. A new page of the interface is a line here. */
import type { Endpoint } from '@rhc/service-shell';
import type { AgentAuditParts } from '../domain/agent-audit.ts';
import type { Rotations } from '../domain/rotation/rotations.ts';
import { agentAuditEndpoints } from './agent-audit-endpoints.ts';
import { type ApprovalEndpointParts, approvalEndpoints } from './approval-endpoints.ts';
import { auditEndpoints } from './audit-endpoints.ts';
import { bureauEndpoints } from './bureau-endpoints.ts';
import { type CeremonyEndpointParts, ceremonyEndpoints } from './ceremony-endpoints.ts';
import { type CertificateParts, certificateEndpoints } from './certificate-endpoints.ts';
import { type DataKeyEndpointParts, dataKeyEndpoints } from './data-key-endpoints.ts';
import { hierarchyEndpoints } from './hierarchy-endpoints.ts';
import { type HotlistEndpointParts, hotlistEndpoints } from './hotlist-endpoints.ts';
import { type HsmEndpointParts, hsmEndpoints } from './hsm-endpoints.ts';
import { type KeyEndpointParts, keyEndpoints } from './key-endpoints.ts';
import { type KeyLifeEndpointParts, keyLifeEndpoints } from './key-life-endpoints.ts';
import { operatorEndpoints } from './operator-endpoints.ts';
import { rotationEndpoints } from './rotation-endpoints.ts';
import { type SamEndpointParts, samEndpoints } from './sam-endpoints.ts';
import { type SessionParts, sessionEndpoints } from './session-endpoints.ts';

export interface EndpointParts {
  readonly keys: KeyEndpointParts;
  readonly dataKeys: DataKeyEndpointParts;
  readonly hotlist: HotlistEndpointParts;
  readonly hsm: HsmEndpointParts;
  readonly sams: SamEndpointParts;
  readonly audit: Parameters<typeof auditEndpoints>[0];
  /** Absent in some tests: no desk uploads. */
  readonly agentAudit?: AgentAuditParts;
  /** Absent where a part of key-service runs alone (tests): no people, no certificates. */
  readonly access?: SessionParts & CertificateParts;
  readonly approvals: ApprovalEndpointParts;
  readonly keyLife: KeyLifeEndpointParts;
  readonly rotations: Rotations;
  readonly ceremonies?: CeremonyEndpointParts;
}

export const keyServiceEndpoints = (parts: EndpointParts): Endpoint[] => [
  ...keyEndpoints(parts.keys),
  ...bureauEndpoints(parts.keys),
  ...dataKeyEndpoints(parts.dataKeys),
  ...hotlistEndpoints(parts.hotlist),
  ...hierarchyEndpoints(parts.keys.book.hierarchy),
  ...hsmEndpoints(parts.hsm),
  ...samEndpoints(parts.sams),
  ...auditEndpoints(parts.audit),
  ...(parts.agentAudit === undefined ? [] : agentAuditEndpoints(parts.agentAudit)),
  ...(parts.access === undefined
    ? []
    : [
        ...sessionEndpoints(parts.access),
        ...operatorEndpoints(parts.access.room),
        ...certificateEndpoints(parts.access),
      ]),
  ...approvalEndpoints(parts.approvals),
  ...keyLifeEndpoints(parts.keyLife),
  ...rotationEndpoints({ rotations: parts.rotations }),
  ...(parts.ceremonies === undefined ? [] : ceremonyEndpoints(parts.ceremonies)),
];
