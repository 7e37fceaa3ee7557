/**
 * One request in full. Before anybody can sign, this browser checks that the hash shown is the hash of the text shown;
 * the passkey then signs that hash, and the HSM's worker checks it again.
 */
import {
  Both,
  both,
  Code,
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
import { startAuthentication } from '@simplewebauthn/browser';
import { Alert, Button, Collapse, Descriptions, Form, Input, Modal, Progress } from 'antd';
import { type ReactNode, useState } from 'react';
import type { ApprovalView } from '../../src/contract/index.ts';
import { passkeyFault } from '../sign-in/passkey-fault.ts';
import type { Principal } from '../sign-in/session.tsx';
import { APPROVAL_STATES, isWhatIsSigned } from './approval-words.ts';
import { Sentences, titleOf } from './approvals-page.tsx';

interface Props {
  readonly approval: ApprovalView;
  readonly me: Principal;
  readonly onChange: () => void;
}

async function approveByPasskey(id: string): Promise<void> {
  const { options } = await call<{ options: unknown }>('POST', `/v1/approvals/${id}/options`, { body: {} });
  const response = await startAuthentication({ optionsJSON: options as never }).catch(passkeyFault);
  await call('POST', `/v1/approvals/${id}/approve`, { body: { kind: 'webauthn', response } });
}

export function ApprovalDetail({ approval, me, onChange }: Props): ReactNode {
  const { id, state, complete } = approval;
  const notices = useNotices();
  const [refusing, setRefusing] = useState(false);
  const genuine = useLoad(`hash ${id} ${approval.hash}`, () => isWhatIsSigned(approval));
  const approve = useDo(async () => {
    await approveByPasskey(id);
    notices.done({ zh: '已批准。', en: 'Approved.' });
    onChange();
  });
  const execute = useDo(async () => {
    await call('POST', `/v1/approvals/${id}/execute`, { body: {} });
    notices.done({ zh: '已执行。', en: 'Executed.' });
    onChange();
  });
  const mine = approval.mayApprove.some(({ person }) => person === me.id);
  return (
    <Section
      title={titleOf(approval)}
      tools={
        <StatusTag state={APPROVAL_STATES[state].light}>
          {APPROVAL_STATES[state].zh} {APPROVAL_STATES[state].en}
        </StatusTag>
      }
    >
      <FaultNotice fault={approve.fault ?? execute.fault} />
      {approval.failure !== null && (
        <Alert
          type="error"
          showIcon
          title={<Both {...approval.failure.message} />}
          description={approval.failure.code}
        />
      )}
      <h3 className="small-head">
        <Both zh="将要做的事" en="What would happen" />
      </h3>
      <Sentences approval={approval} />
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: 'why', label: <Both zh="理由" en="Reason" />, children: approval.reason, span: 2 },
          { key: 'who', label: <Both zh="申请人" en="Requester" />, children: approval.requester },
          {
            key: 'until',
            label: <Both zh="有效至" en="Valid until" />,
            children: <When at={approval.expiresAt} now={new Date()} />,
          },
        ]}
      />
      <HashBlock approval={approval} genuine={genuine.value} />
      <h3 className="small-head">
        <Both zh="需要的批准" en="Approvals needed" />
      </h3>
      {approval.requirements.map(({ role, text, count, approved }) => (
        <div key={role} className="requirement">
          <Both {...text} />
          <Progress
            percent={Math.round((100 * Math.min(approved, count)) / count)}
            format={() => `${approved}/${count}`}
          />
        </div>
      ))}
      <ul className="decisions">
        {approval.decisions.map(({ person, name, kind, at, reason }) => (
          <li key={`${person} ${at}`}>
            <StatusTag state={kind === 'refusal' ? 'bad' : 'good'}>
              {name}{' '}
              {kind === 'refusal' ? '拒绝 refused' : kind === 'webauthn' ? '通行密钥 passkey' : '证书 certificate'}
            </StatusTag>{' '}
            <When at={at} /> {reason}
          </li>
        ))}
      </ul>
      {state === 'open' && (
        <div className="tools no-print">
          <Button
            type="primary"
            size="large"
            disabled={!mine || genuine.value !== true || complete}
            loading={approve.busy}
            onClick={() => void approve.run()}
          >
            <Both zh="用通行密钥批准" en="Approve by passkey" />
          </Button>
          <Button
            size="large"
            danger
            disabled={me.id === approval.requester ? false : !mine}
            onClick={() => setRefusing(true)}
          >
            <Both zh="拒绝" en="Refuse" />
          </Button>
          {complete && approval.ceremony === null && (
            <Button type="primary" size="large" loading={execute.busy} onClick={() => void execute.run()}>
              <Both zh="执行" en="Carry out" />
            </Button>
          )}
        </div>
      )}
      {approval.ceremony !== null && (
        <p>
          <Both
            zh="这是密钥仪式中的一步:批准后在仪式房间执行。"
            en="A step of a key ceremony: once approved it is carried out in the ceremony room."
          />{' '}
          <Button type="link" onClick={() => goTo(`ceremony/${approval.ceremony?.id}`)}>
            {approval.ceremony.id} · {approval.ceremony.step}
          </Button>
        </p>
      )}
      {state === 'open' && !mine && !complete && (
        <p className="quiet">
          {me.id === approval.requester ? (
            <Both zh="申请人不能批准自己的请求。可批准的人:" en="The requester cannot approve. Who may:" />
          ) : approval.decisions.some(({ person }) => person === me.id) ? (
            <Both zh="您已批准。下一步由其他人批准:" en="You have approved. Next, one of:" />
          ) : (
            <Both zh="您不在可批准的人之中:" en="You are not among those who may approve:" />
          )}{' '}
          {approval.mayApprove.map(({ name }) => name).join('、')}
        </p>
      )}
      <RefuseDialogue id={id} open={refusing} onClose={() => setRefusing(false)} onChange={onChange} />
    </Section>
  );
}

function HashBlock({ approval, genuine }: { approval: ApprovalView; genuine: boolean | null }): ReactNode {
  return (
    <div className="signed-text">
      <div className="tools">
        <StatusTag state={genuine === null ? 'idle' : genuine ? 'good' : 'bad'}>
          {genuine === false
            ? '文本与哈希不符,不能批准 text and hash differ'
            : '本浏览器已核对:所见即所签 what you see is what is signed'}
        </StatusTag>
      </div>
      <p className="words">
        {approval.hashWords.zh.join(' · ')} <small lang="en">{approval.hashWords.en.join(' · ')}</small>
      </p>
      <Code>{approval.hash}</Code>
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: 'canonical',
            label: both('签名的原文', 'the exact text that is signed'),
            children: <pre className="leaf-line">{approval.canonical}</pre>,
          },
        ]}
      />
    </div>
  );
}

function RefuseDialogue({
  id,
  open,
  onClose,
  onChange,
}: {
  id: string;
  open: boolean;
  onClose: () => void;
  onChange: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ reason: string }>();
  const refuse = useDo(async ({ reason }: { reason: string }) => {
    await call('POST', `/v1/approvals/${id}/refuse`, { body: { reason } });
    onClose();
    onChange();
  });
  return (
    <Modal
      open={open}
      destroyOnHidden
      title={<Both zh="拒绝请求" en="Refuse the request" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={refuse.busy}
      okText={both('拒绝', 'Refuse')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={refuse.fault} />
      <Form form={form} layout="vertical" preserve={false} onFinish={(fields) => void refuse.run(fields)}>
        <Form.Item
          name="reason"
          label={<Both zh="理由(写入审计日志)" en="Reason, for the log" />}
          rules={[{ required: true, min: 2, message: '请写明理由 Say why' }]}
        >
          <Input.TextArea rows={3} autoFocus />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
