/** One rotation: what may be done now and why the rest may not, regions, evidence with its projection, what was done. */
import {
  Both,
  both,
  call,
  FaultNotice,
  goTo,
  Section,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Alert, Button, Form, Input, Modal, Progress, Table, Timeline } from 'antd';
import { type ReactNode, useState } from 'react';
import type { RotationEvidence, RotationView } from '../../src/contract/index.ts';
import { APPROVAL_STATES } from '../approvals/approval-words.ts';
import { ProjectionChart } from './projection-chart.tsx';
import { NEXT } from './rotation-words.ts';

type Next = RotationView['next'][number];

export function RotationDetail({
  rotation,
  mayAct,
  onChange,
}: {
  rotation: RotationView;
  mayAct: boolean;
  onChange: () => void;
}): ReactNode {
  const path = `/v1/rotations/${rotation.id}`;
  const evidence = useLoad(
    `${path} ${rotation.state}`,
    (signal) => call<{ evidence: RotationEvidence[] }>('GET', `${path}/evidence`, { signal }),
    10_000,
  );
  const [asking, setAsking] = useState<Next | null>(null);
  const due = nextDue(rotation);
  const isDue = Date.parse(due) <= Date.now();
  return (
    <div className="rotation-detail">
      <div className="stack">
        <Section title={{ zh: '下一步', en: 'What may be done now' }}>
          {rotation.blocked.map((text) => (
            <Alert key={text.en} type="info" showIcon title={<Both {...text} />} className="blocked" />
          ))}
          {rotation.approvals.map(({ step, approval, state }) => (
            <p key={approval}>
              <Both {...NEXT[step]} />{' '}
              <StatusTag state={APPROVAL_STATES[state].light}>
                {APPROVAL_STATES[state].zh} {APPROVAL_STATES[state].en}
              </StatusTag>{' '}
              <Button size="small" onClick={() => goTo(`approvals/${approval}`)}>
                {state === 'open' ? (
                  <Both zh="下一步:批准并执行" en="next: approve, carry out" />
                ) : (
                  <Both zh="查看请求" en="look" />
                )}
              </Button>
            </p>
          ))}
          {rotation.next.includes('activate') && !isDue && (
            <p>
              <Both zh="到时间自动启用,不用守候:" en="Activates by itself at" /> <When at={due} now={new Date()} />
            </p>
          )}
          <div className="tools">
            {rotation.next
              .filter((next) => next !== 'activate' || isDue)
              .map((next) => (
                <Button
                  key={next}
                  type={next === 'roll-back' ? 'default' : 'primary'}
                  danger={next === 'roll-back' || next === 'retire'}
                  disabled={!mayAct || waitsFor(rotation, next)}
                  onClick={() => setAsking(next)}
                >
                  <Both {...NEXT[next]} />
                </Button>
              ))}
            {rotation.next.length === 0 && rotation.blocked.length === 0 && (
              <span className="quiet">
                <Both zh="此轮换已结束。" en="This rotation is over." />
              </span>
            )}
          </div>
        </Section>
        <Section title={{ zh: '证据与推算', en: 'Evidence and projection' }}>
          <FaultNotice fault={evidence.fault} onRetry={evidence.reload} />
          {(evidence.value?.evidence ?? []).map((each) => (
            <Evidence key={each.slot} evidence={each} retireBelow={rotation.retireBelow} />
          ))}
        </Section>
      </div>
      <div className="stack">
        <Section title={{ zh: '密钥位', en: 'Slots' }}>
          <Table
            size="small"
            pagination={false}
            rowKey="slot"
            dataSource={rotation.slots}
            columns={[
              { title: both('密钥位', 'slot'), dataIndex: 'slot' },
              { title: both('版本', 'version'), render: (_, { from, to }) => `v${from} → v${to}` },
              { title: 'KCV', dataIndex: 'kcv', className: 'kcv', render: (kcv: string | null) => kcv ?? '—' },
            ]}
          />
        </Section>
        {rotation.regions.length > 0 && (
          <Section title={{ zh: '分区启用', en: 'By region' }}>
            {rotation.regions.map(({ province, activateAt, activatedAt }) => (
              <p key={province}>
                <StatusTag state={activatedAt === null ? 'idle' : 'good'}>{province}</StatusTag>{' '}
                <When at={activatedAt ?? activateAt} />
              </p>
            ))}
          </Section>
        )}
        <Section title={{ zh: '已做的事', en: 'What was done' }}>
          <Timeline
            items={rotation.steps.map(({ step, slot, at, actor, text, logIndex }) => ({
              key: `${step} ${slot} ${at}`,
              content: (
                <>
                  <Both {...text} /> <When at={at} />
                  <div className="quiet">
                    {actor === 'schedule' ? both('按计划', 'by the schedule') : actor}{' '}
                    {logIndex !== null && <a href={`#/audit/${logIndex}`}>№ {logIndex}</a>}
                  </div>
                </>
              ),
            }))}
          />
        </Section>
      </div>
      {asking !== null && (
        <StepDialogue rotation={rotation} next={asking} onClose={() => setAsking(null)} onDone={onChange} />
      )}
    </div>
  );
}

/** A step that has been asked for and is not decided is not asked for again. */
const waitsFor = ({ approvals }: RotationView, next: Next): boolean =>
  approvals.some(({ step, state }) => step === next && (state === 'open' || state === 'executing'));

/** The next moment at which a province, or at last everything, follows; ISO 8601. */
const nextDue = ({ regions, activateAt }: RotationView): string =>
  regions
    .filter(({ activatedAt }) => activatedAt === null)
    .map((region) => region.activateAt)
    .concat(activateAt)
    .sort()[0] ?? activateAt;

function Evidence({ evidence, retireBelow }: { evidence: RotationEvidence; retireBelow: number }): ReactNode {
  const { slot, total, waiting, unreported, projection, monthsToRetire, regions } = evidence;
  const percent = total === 0 ? 0 : Math.floor((100 * (total - waiting)) / total);
  return (
    <div className="evidence">
      <h3 className="small-head">{slot}</h3>
      <Progress
        percent={percent}
        format={() => `${(total - waiting).toLocaleString('zh-CN')} / ${total.toLocaleString('zh-CN')}`}
      />
      <p className="quiet">
        <Both
          zh={`仍需旧版 ${waiting.toLocaleString('zh-CN')},未报告 ${unreported.toLocaleString('zh-CN')},退役门限 ≤ ${retireBelow}${
            monthsToRetire === null ? '' : `,约 ${monthsToRetire.toFixed(1)} 个月后可退役`
          }`}
          en={monthsToRetire === null ? 'no projection' : `about ${monthsToRetire.toFixed(1)} months to retirement`}
        />
      </p>
      <ProjectionChart points={projection} retireBelow={retireBelow} />
      <Table
        size="small"
        pagination={{ pageSize: 6, hideOnSinglePage: true }}
        rowKey={({ kind, region }) => `${kind} ${region}`}
        dataSource={regions}
        locale={{ emptyText: both('还没有地区报告:由发卡系统上报。', 'No region has reported; card-issuer does.') }}
        columns={[
          {
            title: both('种类', 'kind'),
            dataIndex: 'kind',
            render: (kind: string) => (kind === 'card' ? both('卡', 'cards') : 'SAM'),
          },
          { title: both('地区', 'region'), dataIndex: 'region' },
          {
            title: both('已见新版', 'seen'),
            render: (_, { seen, total: all }) => (
              <Progress size="small" percent={all === 0 ? 0 : Math.floor((100 * seen) / all)} />
            ),
          },
          { title: both('仍需旧版', 'waiting'), dataIndex: 'waiting', align: 'right' },
          { title: both('报告', 'reported'), dataIndex: 'lastReport', render: (at: string) => <When at={at} /> },
        ]}
      />
    </div>
  );
}

function StepDialogue({
  rotation,
  next,
  onClose,
  onDone,
}: {
  rotation: RotationView;
  next: Next;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ reason: string }>();
  const notices = useNotices();
  const send = useDo(async ({ reason }: { reason: string }) => {
    const { rotation: now } = await call<{ rotation: RotationView }>('POST', `/v1/rotations/${rotation.id}/${next}`, {
      body: { reason },
    });
    onClose();
    onDone();
    const asked = now.approvals.find(({ step, state }) => step === next && state === 'open');
    if (asked === undefined) notices.done({ zh: `${NEXT[next].zh}:已完成。`, en: 'Done.' });
    else {
      notices.done({ zh: '已提出请求,等待批准。', en: 'Asked; it waits for approval.' });
      goTo(`approvals/${asked.approval}`);
    }
  });
  return (
    <Modal
      open
      title={<Both {...NEXT[next]} />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okButtonProps={{ danger: next === 'retire' || next === 'roll-back' }}
      okText={both('确定', 'OK')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={send.fault} />
      <Form form={form} layout="vertical" onFinish={(fields) => void send.run(fields)}>
        <Form.Item
          name="reason"
          label={<Both zh="理由" en="Reason" />}
          rules={[{ required: true, min: 2, message: '请写明 Say why' }]}
        >
          <Input autoFocus />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
