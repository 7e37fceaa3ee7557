/** The whole HTTP interface of key-service: one table of tables. A new page of the interface is a line here. */
import type { Endpoint } from '@rhc/service-shell';
import { auditEndpoints } from './audit-endpoints.ts';
import { type DataKeyEndpointParts, dataKeyEndpoints } from './data-key-endpoints.ts';
import { hierarchyEndpoints } from './hierarchy-endpoints.ts';
import { type KeyEndpointParts, keyEndpoints } from './key-endpoints.ts';

export interface EndpointParts {
  readonly keys: KeyEndpointParts;
  readonly dataKeys: DataKeyEndpointParts;
  readonly audit: Parameters<typeof auditEndpoints>[0];
}

export const keyServiceEndpoints = (parts: EndpointParts): Endpoint[] => [
  ...keyEndpoints(parts.keys),
  ...dataKeyEndpoints(parts.dataKeys),
  ...hierarchyEndpoints(parts.keys.book.hierarchy),
  ...auditEndpoints(parts.audit),
];
