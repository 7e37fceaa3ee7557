/** Whether the agent is there and well. No person, no card number: anybody on this machine may ask. */
import { endpoint } from '@rhc/service-shell';
import { readersResponse, statusResponse } from '../../contract/index.ts';
import { DESK } from '../callers.ts';
import { API_VERSION, type EndpointParts } from '../endpoint-parts.ts';

export function statusEndpoints(parts: EndpointParts) {
  const summary = { zh: '读卡程序是否就绪', en: 'Whether the agent is ready' };
  const shared = { method: 'get', access: 'public', tag: '状态 status', response: statusResponse } as const;
  return [
    endpoint({ ...shared, path: '/status', summary, handle: () => statusOf(parts) }),
    endpoint({ ...shared, path: '/v1/status', summary, handle: () => statusOf(parts) }),
    endpoint({
      method: 'get',
      path: '/v1/readers',
      access: [DESK, 'card.status'],
      tag: '状态 status',
      summary: { zh: '读卡器与其中的卡', en: 'Readers and what lies in them' },
      response: readersResponse,
      handle: () => ({ readers: parts.desk.readers() }),
    }),
  ];
}

function statusOf(parts: EndpointParts) {
  const { version, simulator, desk, pcscHealth, channelStatus, journalState } = parts;
  const { state, restarts, error } = pcscHealth();
  const readers = desk.readers();
  return {
    service: 'reader-agent',
    version,
    api: API_VERSION,
    ...(simulator === null ? {} : { simulator }),
    ready: state === 'running',
    pcsc: { state, restarts, error },
    readers: readers.length,
    cards: readers.filter((reader) => reader.card !== null).length,
    issuerChannel: channelStatus()?.state ?? 'none',
    /** Writes without a known outcome, and journal files that this key does not open. */
    writes: journalState(),
    clock: parts.clockCheck.state(),
    hotlist: parts.hotlist?.state() ?? null,
    audit: auditOf(parts),
  };
}

function auditOf({ audit, auditUpload }: EndpointParts) {
  if (audit === null) return null;
  const { waiting, damage, failing } = audit.state();
  return { waiting, damaged: damage !== null, failing, upload: auditUpload?.state.state ?? ('none' as const) };
}
