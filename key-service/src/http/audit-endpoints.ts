/**
 * The audit log for auditors: status, public key, leaves, checkpoints, proofs. Everything that the offline check needs.
 * Proofs and checkpoints say nothing but hashes, so every operator may hold the log to its word; what stands in it is
 * read by the audit administrator.
 */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { AuditRoom } from '../audit/audit-room.ts';
import { keyFingerprint, publicKeyPem } from '../audit/checkpoint.ts';
import { consistencyProof, inclusionProof, pathToHex } from '../audit/proofs.ts';
import {
  type AuditStatusResponse,
  auditPageRequest,
  auditStatusResponse,
  type ConsistencyProofResponse,
  consistencyProofRequest,
  consistencyProofResponse,
  type InclusionProofResponse,
  inclusionProofRequest,
  inclusionProofResponse,
} from '../contract/index.ts';
import { OPERATORS, roles } from './access.ts';

const tag = '审计 Audit';

export function auditEndpoints(room: Pick<AuditRoom, 'log' | 'store'>): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/audit',
      access: OPERATORS,
      tag,
      summary: { zh: '审计日志的状态', en: 'State of the audit log' },
      response: auditStatusResponse,
      handle() {
        const answer: AuditStatusResponse = { ...room.log.status, keyFingerprint: keyFingerprint(room.log.publicKey) };
        return answer;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/key',
      access: OPERATORS,
      tag,
      summary: { zh: '日志签名公钥(PEM)', en: "The log's public key (PEM)" },
      answers: 'application/x-pem-file',
      handle({ ctx }) {
        ctx.type = 'application/x-pem-file';
        return publicKeyPem(room.log.publicKey);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/leaves',
      access: roles('audit-admin'),
      tag,
      summary: { zh: '日志记录(JSON 行)', en: 'Leaves of the log (JSON lines)' },
      query: auditPageRequest,
      answers: 'application/x-ndjson',
      async handle({ ctx, query: { from, limit } }) {
        ctx.type = 'application/x-ndjson';
        return (await room.store.leaves(from, from + limit)).map((line) => `${line}\n`).join('');
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/checkpoints',
      access: OPERATORS,
      tag,
      summary: { zh: '已签名的检查点', en: 'Signed checkpoints' },
      query: auditPageRequest,
      answers: 'text/plain',
      async handle({ ctx, query: { from, limit } }) {
        ctx.type = 'text/plain';
        return (await room.store.checkpoints(from, limit)).join('\n');
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/checkpoint',
      access: OPERATORS,
      tag,
      summary: { zh: '立即签一个检查点', en: 'A checkpoint signed now' },
      answers: 'text/plain',
      async handle({ ctx }) {
        ctx.type = 'text/plain';
        return (await room.log.checkpoint()) ?? '';
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/proof/inclusion',
      access: roles('audit-admin'),
      tag,
      summary: { zh: '包含证明', en: 'Inclusion proof' },
      query: inclusionProofRequest,
      response: inclusionProofResponse,
      async handle({ query: { index, size } }) {
        const proof = await inclusionProof(room.store, index, size);
        const answer: InclusionProofResponse = { ...proof, path: pathToHex(proof.path) };
        return answer;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/proof/consistency',
      access: OPERATORS,
      tag,
      summary: { zh: '一致性证明', en: 'Consistency proof' },
      query: consistencyProofRequest,
      response: consistencyProofResponse,
      async handle({ query: { from, size } }) {
        const path = pathToHex(await consistencyProof(room.store, from, size));
        const answer: ConsistencyProofResponse = { from, size, path };
        return answer;
      },
    }),
  ];
}
