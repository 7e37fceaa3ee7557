/** 审计日志: the signed checkpoint judged in this browser, the entries, and the proof of each. */
import { Both, call, FaultNotice, Figure, Section, useLoad } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { AuditStatusResponse } from '../../src/contract/index.ts';
import { CheckpointSection, useCheckpoint } from './checkpoint-section.tsx';
import { LeavesSection } from './leaves-section.tsx';

export function AuditPage({ rest, mayReadLeaves }: { rest: string; mayReadLeaves: boolean }): ReactNode {
  const status = useLoad('audit', (signal) => call<AuditStatusResponse>('GET', '/v1/audit', { signal }), 5_000);
  const checkpoint = useCheckpoint();
  const { value } = status;
  return (
    <div className="stack">
      <FaultNotice fault={status.fault} onRetry={status.reload} />
      <div className="figures">
        <Figure label={{ zh: '记录', en: 'Entries' }} value={value?.size ?? '…'} note={value?.origin} />
        <Figure
          label={{ zh: '已签名', en: 'Signed' }}
          value={value?.signedSize ?? '…'}
          note={
            value === null
              ? ''
              : value.size === value.signedSize
                ? '全部 all'
                : `${value.size - value.signedSize} 待签 to sign`
          }
          state={value === null ? 'idle' : value.size === value.signedSize ? 'good' : 'busy'}
        />
        <Figure
          label={{ zh: '本地缓存', en: 'Spooled' }}
          value={value === null ? '…' : `${value.spooled}/${value.spoolCapacity}`}
          note={value === null || value.spooled === 0 ? '空 empty' : '审计库不可写 store is down'}
          state={value === null ? 'idle' : value.spooled === 0 ? 'good' : 'warn'}
        />
        <Figure
          label={{ zh: '日志状态', en: 'State of the log' }}
          value={value === null ? '…' : value.damaged ? '受损' : '完好'}
          note={value?.damaged === true ? '请停止操作并通知审计 stop' : '服务自检 by the service'}
          state={value === null ? 'idle' : value.damaged ? 'bad' : 'good'}
        />
      </div>
      <CheckpointSection checkpoint={checkpoint} />
      {mayReadLeaves ? (
        <LeavesSection size={value?.size ?? 0} checkpoint={checkpoint} rest={rest} />
      ) : (
        <Section title={{ zh: '记录', en: 'Entries' }}>
          <p className="quiet">
            <Both
              zh="记录内容只有审计管理员可以阅读;上面的检查点与一致性证明人人可以核对。"
              en="What stands in the entries is read by audit administrators; checkpoint and consistency above can be checked by everybody."
            />
          </p>
        </Section>
      )}
    </div>
  );
}
