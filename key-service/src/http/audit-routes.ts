/** The audit log for auditors: status, public key, leaves, checkpoints, proofs. Everything that the offline check needs. */
import type Router from '@koa/router';
import { parseInput } from '@rhc/service-shell';
import type { AuditRoom } from '../audit/audit-room.ts';
import { keyFingerprint, publicKeyPem } from '../audit/checkpoint.ts';
import { consistencyProof, inclusionProof, pathToHex } from '../audit/proofs.ts';
import {
  type AuditStatusResponse,
  auditPageRequest,
  type ConsistencyProofResponse,
  consistencyProofRequest,
  type InclusionProofResponse,
  inclusionProofRequest,
} from '../contract/index.ts';

export function auditRoutes({ log, store }: Pick<AuditRoom, 'log' | 'store'>): (router: Router) => void {
  return (router) => {
    router.get('/v1/audit', (ctx) => {
      const answer: AuditStatusResponse = { ...log.status, keyFingerprint: keyFingerprint(log.publicKey) };
      ctx.body = answer;
    });
    router.get('/v1/audit/key', (ctx) => {
      ctx.type = 'application/x-pem-file';
      ctx.body = publicKeyPem(log.publicKey);
    });
    router.get('/v1/audit/leaves', async (ctx) => {
      const { from, limit } = parseInput(auditPageRequest, { ...ctx.query });
      ctx.type = 'application/x-ndjson';
      ctx.body = (await store.leaves(from, from + limit)).map((line) => `${line}\n`).join('');
    });
    router.get('/v1/audit/checkpoints', async (ctx) => {
      const { from, limit } = parseInput(auditPageRequest, { ...ctx.query });
      ctx.type = 'text/plain';
      ctx.body = (await store.checkpoints(from, limit)).join('\n');
    });
    router.get('/v1/audit/checkpoint', async (ctx) => {
      ctx.type = 'text/plain';
      ctx.body = (await log.checkpoint()) ?? '';
    });
    router.get('/v1/audit/proof/inclusion', async (ctx) => {
      const { index, size } = parseInput(inclusionProofRequest, { ...ctx.query });
      const proof = await inclusionProof(store, index, size);
      const answer: InclusionProofResponse = { ...proof, path: pathToHex(proof.path) };
      ctx.body = answer;
    });
    router.get('/v1/audit/proof/consistency', async (ctx) => {
      const { from, size } = parseInput(consistencyProofRequest, { ...ctx.query });
      const answer: ConsistencyProofResponse = {
        from,
        size,
        path: pathToHex(await consistencyProof(store, from, size)),
      };
      ctx.body = answer;
    });
  };
}
