/** The inclusion proof of one entry, computed here step by step up to the signed root. */
import { Both, Code, call, FaultNotice, type Loaded, StatusTag, useLoad } from '@rhc/console-shell';
import { Alert, Drawer, Skeleton, Steps } from 'antd';
import type { ReactNode } from 'react';
import type { InclusionProofResponse } from '../../src/contract/index.ts';
import type { JudgedCheckpoint } from './checkpoint-section.tsx';
import { type Hash, hashOf, hexOf, leafHash, type ProofStep, rootFromInclusion, sameHash } from './merkle.ts';

interface Proved {
  readonly line: string;
  readonly leaf: Hash;
  readonly steps: readonly ProofStep[];
  readonly holds: boolean;
}

async function prove(index: number, { note }: JudgedCheckpoint, signal: AbortSignal): Promise<Proved> {
  const query = { index, size: note.size };
  const proof = await call<InclusionProofResponse>('GET', '/v1/audit/proof/inclusion', { query, signal });
  const leaf = await leafHash(proof.leaf);
  const found = await rootFromInclusion(leaf, index, note.size, proof.path.map(hashOf));
  const isThisEntry = (JSON.parse(proof.leaf) as { index?: unknown }).index === index;
  const holds = isThisEntry && note.signature === 'good' && found !== null && sameHash(found.root, note.root);
  return { line: proof.leaf, leaf, steps: found?.steps ?? [], holds };
}

export function ProofDrawer({
  index,
  checkpoint,
  onClose,
}: {
  index: number | null;
  checkpoint: Loaded<JudgedCheckpoint | null>;
  onClose: () => void;
}): ReactNode {
  const judged = checkpoint.value;
  const isYounger = judged !== null && index !== null && index >= judged.note.size;
  const key = index === null || judged === null || isYounger ? null : `proof ${index} ${judged.note.size}`;
  const proved = useLoad(key, (signal) => prove(index as number, judged as JudgedCheckpoint, signal));
  return (
    <Drawer
      open={index !== null}
      onClose={onClose}
      size={560}
      title={<Both zh={`第 ${index ?? ''} 条的包含证明`} en="inclusion proof (RFC 9162)" />}
    >
      <FaultNotice fault={proved.fault} onRetry={proved.reload} />
      {isYounger && (
        <Alert
          type="info"
          showIcon
          title={<Both zh="这条记录比检查点新。" en="This entry is younger than the checkpoint." />}
          description={<Both zh="→ 请按“重新核对”取新的检查点。" en="Press “Check again” for a new checkpoint." />}
        />
      )}
      {proved.value === null || judged === null ? (
        !isYounger && proved.fault === null && <Skeleton active />
      ) : (
        <>
          <p role="status">
            <StatusTag state={proved.value.holds ? 'good' : 'bad'}>
              {proved.value.holds
                ? `证明成立:第 ${index} 条在已签名的 ${judged.note.size} 条之内 proved`
                : '证明不成立 not proved'}
            </StatusTag>
          </p>
          {!proved.value.holds && (
            <p className="next-step">
              → <Both zh="请保留本页并通知审计管理员。" en="Keep this page and tell the audit administrator." />
            </p>
          )}
          <pre className="leaf-line">{proved.value.line}</pre>
          <Steps
            orientation="vertical"
            size="small"
            current={proved.value.steps.length + 1}
            items={[
              {
                title: <Both zh="记录的哈希" en="hash of the entry" />,
                content: <Code>{hexOf(proved.value.leaf)}</Code>,
              },
              ...proved.value.steps.map(({ side, sibling, result }, at) => ({
                key: at,
                title:
                  side === 'left' ? (
                    <Both zh={`第 ${at + 1} 步:左兄弟`} en="left sibling" />
                  ) : (
                    <Both zh={`第 ${at + 1} 步:右兄弟`} en="right sibling" />
                  ),
                content: (
                  <>
                    <Code>{hexOf(sibling)}</Code>
                    <div>
                      = <Code>{hexOf(result)}</Code>
                    </div>
                  </>
                ),
              })),
              { title: <Both zh="签名的树根" en="signed root" />, content: <Code>{hexOf(judged.note.root)}</Code> },
            ]}
          />
        </>
      )}
    </Drawer>
  );
}
