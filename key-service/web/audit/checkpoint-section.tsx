/**
 * The newest checkpoint, opened and judged here: is it signed by the log's key, and does the log still begin with what
 * this browser saw before? What was seen is kept in the browser, so that a log that was cut or rewritten in between is
 * found out by whoever looks again.
 */
import {
  Both,
  Code,
  call,
  callText,
  FaultNotice,
  type Loaded,
  Section,
  StatusTag,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Descriptions, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { ConsistencyProofResponse } from '../../src/contract/index.ts';
import { importLogKey, type OpenedNote, openCheckpoint } from './checkpoint-note.ts';
import { hashOf, hexOf, isConsistent } from './merkle.ts';

const SEEN_NAME = 'rhc-audit-seen';

interface Seen {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  readonly fingerprint: string;
  readonly at: string;
}

export interface JudgedCheckpoint {
  readonly note: OpenedNote;
  readonly text: string;
  readonly fingerprint: string;
  /** Null: seen here for the first time. */
  readonly since: Seen | null;
  readonly verdict: 'good' | 'bad-signature' | 'other-key' | 'shrunk' | 'rewritten';
}

function lastSeen(): Seen | null {
  try {
    const seen = JSON.parse(localStorage.getItem(SEEN_NAME) ?? 'null') as Seen | null;
    return seen !== null && typeof seen.size === 'number' ? seen : null;
  } catch {
    return null;
  }
}

async function judge(signal: AbortSignal): Promise<JudgedCheckpoint | null> {
  const key = await importLogKey(await callText('/v1/audit/key', { signal }));
  const text = await callText('/v1/audit/checkpoint', { signal });
  const note = await openCheckpoint(text, key);
  if (note === null) return null;
  const since = lastSeen();
  const judged = { note, text, fingerprint: key.fingerprint, since };
  if (note.signature !== 'good') return { ...judged, verdict: 'bad-signature' };
  if (since !== null && since.fingerprint !== key.fingerprint) return { ...judged, verdict: 'other-key' };
  if (since !== null && since.size > note.size) return { ...judged, verdict: 'shrunk' };
  if (since !== null && since.size > 0) {
    const query = { from: since.size, size: note.size };
    const { path } = await call<ConsistencyProofResponse>('GET', '/v1/audit/proof/consistency', { query, signal });
    const earlier = { size: since.size, root: hashOf(since.root) };
    if (!(await isConsistent(earlier, note, path.map(hashOf)))) return { ...judged, verdict: 'rewritten' };
  }
  const seen = { size: note.size, root: hexOf(note.root), fingerprint: key.fingerprint, at: new Date().toISOString() };
  localStorage.setItem(SEEN_NAME, JSON.stringify(seen satisfies Seen));
  return { ...judged, verdict: 'good' };
}

export const useCheckpoint = (): Loaded<JudgedCheckpoint | null> => useLoad('checkpoint', judge);

export function CheckpointSection({ checkpoint }: { checkpoint: Loaded<JudgedCheckpoint | null> }): ReactNode {
  const judged = checkpoint.value;
  return (
    <Section
      title={{ zh: '检查点(在本浏览器中核对)', en: 'Checkpoint, judged in this browser' }}
      tools={
        <Button size="small" type="primary" loading={checkpoint.loading} onClick={checkpoint.reload}>
          <Both zh="重新核对" en="Check again" />
        </Button>
      }
    >
      <FaultNotice fault={checkpoint.fault} onRetry={checkpoint.reload} />
      {judged === null ? (
        checkpoint.loading && <Skeleton active paragraph={{ rows: 3 }} title={false} />
      ) : (
        <Judged judged={judged} />
      )}
    </Section>
  );
}

function Judged({ judged }: { judged: JudgedCheckpoint }): ReactNode {
  const { note, fingerprint, since, verdict } = judged;
  return (
    <>
      <div className="tools verdicts" role="status">
        <StatusTag state={note.signature === 'good' ? 'good' : 'bad'}>
          {note.signature === 'good' ? '签名有效 signature valid' : '签名无效 signature not valid'}
        </StatusTag>
        <Growth since={since} verdict={verdict} size={note.size} />
      </div>
      {verdict !== 'good' && (
        <p className="next-step">
          →{' '}
          <Both
            zh="请保留本页,停止密钥操作,并用离线工具 npm run audit-verify 核对导出的日志。"
            en="Keep this page, stop key operations, and check an exported log with npm run audit-verify."
          />
        </p>
      )}
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: 'origin', label: <Both zh="日志" en="Log" />, children: `${note.origin} · ${note.size}` },
          { key: 'root', label: <Both zh="树根" en="Root" />, children: <Code>{hexOf(note.root)}</Code> },
          {
            key: 'key',
            label: <Both zh="签名公钥指纹" en="Key fingerprint" />,
            children: (
              <span>
                <Code>{fingerprint.toUpperCase()}</Code>{' '}
                <span className="quiet">
                  <Both zh="请与仪式记录比对" en="compare with the ceremony's minutes" />
                </span>
              </span>
            ),
          },
        ]}
      />
    </>
  );
}

function Growth({
  since,
  verdict,
  size,
}: {
  since: Seen | null;
  verdict: JudgedCheckpoint['verdict'];
  size: number;
}): ReactNode {
  if (since === null) {
    return <StatusTag state="idle">首次在此浏览器核对,已记住 remembered for the next time</StatusTag>;
  }
  const from = (
    <>
      {since.size} → {size} (<When at={since.at} />)
    </>
  );
  if (verdict === 'good') {
    return <StatusTag state="good">只增未改 grown and never changed: {from}</StatusTag>;
  }
  const words = {
    'bad-signature': '未比对 not compared',
    'other-key': '签名公钥已更换 the signing key is another',
    shrunk: '日志变短了 the log has shrunk',
    rewritten: '旧记录被改动 earlier entries were changed',
  }[verdict];
  return (
    <StatusTag state="bad">
      {words}: {from}
    </StatusTag>
  );
}
