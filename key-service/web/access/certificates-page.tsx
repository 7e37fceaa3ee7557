/** 证书: the authority, what it has issued, what runs out, one-time enrolment codes, requests (CSR), revocation. */
import {
  Both,
  both,
  Code,
  call,
  download,
  EmptyHint,
  FaultNotice,
  Figure,
  Section,
  StatusTag,
  SubmitOnEnter,
  saveAs,
  useDo,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Form, Input, Modal, Segmented, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CertificatesResponse, CertificateView, EnrolmentCodeResponse } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { CsrDialogue } from './csr-dialogue.tsx';
import { OneTimeCode, type ShownCode } from './one-time-code.tsx';
import { roleText } from './role-words.ts';

const SOON_MS = 30 * 86_400_000;

export const expiresSoon = ({ state, notAfter }: CertificateView, now: number): boolean =>
  state === 'valid' && Date.parse(notAfter) - now < SOON_MS;

type Filter = 'all' | 'soon' | 'revoked';

export function CertificatesPage({ me }: { me: Principal }): ReactNode {
  const list = useLoad(
    'certificates',
    (signal) => call<CertificatesResponse>('GET', '/v1/certificates', { signal }),
    15_000,
  );
  const [filter, setFilter] = useState<Filter>('all');
  const [enrolling, setEnrolling] = useState(false);
  const [uploading, setUploading] = useState(false);
  const [revoking, setRevoking] = useState<CertificateView | null>(null);
  const [code, setCode] = useState<ShownCode | null>(null);
  const fetchFile = useDo(async (path: string, name: string) => saveAs(await download(path), name));
  const now = Date.now();
  const all = list.value?.certificates ?? [];
  const soon = all.filter((each) => expiresSoon(each, now));
  const revoked = all.filter(({ state }) => state === 'revoked');
  const shown = filter === 'all' ? all : filter === 'soon' ? soon : revoked;
  return (
    <div className="stack">
      <FaultNotice fault={list.fault ?? fetchFile.fault} onRetry={list.reload} />
      <div className="figures">
        <Figure
          label={{ zh: '有效证书', en: 'Valid' }}
          value={all.filter(({ state }) => state === 'valid').length}
          state="good"
        />
        <Figure
          label={{ zh: '30 天内到期', en: 'Expire in 30 days' }}
          value={soon.length}
          state={soon.length > 0 ? 'warn' : 'good'}
        />
        <Figure label={{ zh: '已吊销', en: 'Revoked' }} value={revoked.length} />
        <Figure
          label={{ zh: '吊销列表', en: 'Revocation list' }}
          value={list.value === null ? '…' : `№ ${list.value.revocationList.number}`}
          note={
            list.value === null ? (
              ''
            ) : (
              <>
                下次 next <When at={list.value.revocationList.nextUpdate} />
              </>
            )
          }
        />
      </div>
      {list.value !== null && (
        <Section
          title={{ zh: '签发机构(私钥在密码机内)', en: 'The authority; its key is in the HSM' }}
          tools={
            <div className="tools">
              <Button size="small" onClick={() => void fetchFile.run('/v1/authority/certificate', 'rhc-ca.pem')}>
                <Both zh="下载 CA 证书" en="CA certificate" />
              </Button>
              <Button size="small" onClick={() => void fetchFile.run('/v1/authority/crl', 'rhc-ca.crl')}>
                <Both zh="下载吊销列表" en="revocation list" />
              </Button>
            </div>
          }
        >
          <p>
            {list.value.authority.subject} · <Both zh="有效至" en="valid until" />{' '}
            <When at={list.value.authority.notAfter} />
          </p>
          <Code>{list.value.authority.fingerprint.replaceAll(':', '')}</Code>
        </Section>
      )}
      <Section
        title={{ zh: '已签发的证书', en: 'Issued certificates' }}
        className="section-long"
        tools={
          <div className="tools no-print">
            <Segmented
              size="small"
              value={filter}
              onChange={(value) => setFilter(value as Filter)}
              options={[
                { value: 'all', label: both('全部', 'all') },
                { value: 'soon', label: both('将到期', 'expiring') },
                { value: 'revoked', label: both('已吊销', 'revoked') },
              ]}
            />
            <Button size="small" onClick={() => setUploading(true)}>
              <Both zh="提交 CSR" en="submit a CSR" />
            </Button>
            {hasRole(me, 'system-admin') && (
              <Button size="small" type="primary" onClick={() => setEnrolling(true)}>
                <Both zh="生成登记码" en="enrolment code" />
              </Button>
            )}
          </div>
        }
      >
        <Table
          size="small"
          rowKey="serial"
          loading={list.loading && list.value === null}
          dataSource={[...shown]}
          pagination={{ pageSize: 15, hideOnSinglePage: true }}
          locale={{
            emptyText: (
              <EmptyHint
                text={
                  filter === 'all'
                    ? { zh: '还没有签发过证书。', en: 'No certificate has been issued.' }
                    : { zh: '没有这样的证书。', en: 'There is no such certificate.' }
                }
                next={{
                  zh: '为服务或终端生成登记码,由其提交证书请求。',
                  en: 'Make an enrolment code for a service or terminal, which then sends its request.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('主体', 'Principal'), dataIndex: 'principal', render: (name: string) => <code>{name}</code> },
            {
              title: both('角色', 'Roles'),
              render: (_, { roles }) => roles.map((role) => roleText(role).zh).join('、'),
            },
            {
              title: both('状态', 'State'),
              render: (_, row) => (
                <StatusTag state={row.state !== 'valid' ? 'idle' : expiresSoon(row, now) ? 'warn' : 'good'}>
                  {row.state === 'valid' ? '有效 valid' : row.state === 'expired' ? '已过期 expired' : '已吊销 revoked'}
                </StatusTag>
              ),
            },
            {
              title: both('到期', 'Expires'),
              dataIndex: 'notAfter',
              render: (at: string) => <When at={at} now={new Date()} />,
            },
            {
              title: both('序列号', 'Serial'),
              dataIndex: 'serial',
              render: (serial: string) => <span className="kcv ellipsis">{serial}</span>,
            },
            {
              title: both('操作', 'Actions'),
              render: (_, row) => (
                <Button
                  size="small"
                  danger
                  disabled={row.state !== 'valid' || !hasRole(me, 'security-admin')}
                  onClick={() => setRevoking(row)}
                >
                  <Both zh="吊销" en="revoke" />
                </Button>
              ),
            },
          ]}
        />
      </Section>
      <EnrolDialogue open={enrolling} onClose={() => setEnrolling(false)} onCode={setCode} />
      <CsrDialogue open={uploading} onClose={() => setUploading(false)} onDone={list.reload} />
      {revoking !== null && (
        <RevokeDialogue certificate={revoking} onClose={() => setRevoking(null)} onDone={list.reload} />
      )}
      <OneTimeCode code={code} onClose={() => setCode(null)} />
    </div>
  );
}

function EnrolDialogue({
  open,
  onClose,
  onCode,
}: {
  open: boolean;
  onClose: () => void;
  onCode: (code: ShownCode) => void;
}): ReactNode {
  const [form] = Form.useForm<{ kind: string; name: string; serverNames?: string }>();
  const ask = useDo(async ({ kind, name, serverNames = '' }: { kind: string; name: string; serverNames?: string }) => {
    const names = serverNames.split(/[\s,;]+/).filter((each) => each !== '');
    const answer = await call<EnrolmentCodeResponse>('POST', '/v1/certificates/enrolments', {
      body: { kind, name, serverNames: names },
    });
    onClose();
    onCode({ ...answer, whose: `${kind}:${name}` });
  });
  return (
    <Modal
      open={open}
      destroyOnHidden
      title={<Both zh="为服务或终端生成登记码" en="Enrolment code for a service or terminal" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={ask.busy}
      okText={both('生成', 'Make')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={ask.fault} />
      <Form
        form={form}
        preserve={false}
        layout="vertical"
        initialValues={{ kind: 'terminal' }}
        onFinish={(fields) => void ask.run(fields)}
      >
        <Form.Item name="kind" label={<Both zh="种类" en="Kind" />}>
          <Select
            options={[
              { value: 'terminal', label: both('终端', 'terminal') },
              { value: 'service', label: both('服务', 'service') },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="name"
          label={<Both zh="名称" en="Name, for example desk-1" />}
          rules={[{ required: true, pattern: /^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/, message: 'desk-1' }]}
        >
          <Input autoFocus />
        </Form.Item>
        <Form.Item name="serverNames" label={<Both zh="服务器域名或地址(可空)" en="server names, if it is a server" />}>
          <Input placeholder="card-issuer.hebei.example, 10.0.0.7" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

const REASONS = [
  { value: 'keyCompromise', label: both('私钥泄露', 'key compromise') },
  { value: 'superseded', label: both('已被替换', 'superseded') },
  { value: 'cessationOfOperation', label: both('停用', 'cessation of operation') },
  { value: 'affiliationChanged', label: both('归属变更', 'affiliation changed') },
  { value: 'unspecified', label: both('其他', 'other') },
];

function RevokeDialogue({
  certificate,
  onClose,
  onDone,
}: {
  certificate: CertificateView;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ reason: string; note: string }>();
  const revoke = useDo(async (body: { reason: string; note: string }) => {
    await call('POST', `/v1/certificates/${certificate.serial}/revocation`, { body });
    onClose();
    onDone();
  });
  return (
    <Modal
      open
      title={<Both zh={`吊销 ${certificate.principal} 的证书`} en="Revoke; this cannot be undone" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={revoke.busy}
      okButtonProps={{ danger: true }}
      okText={both('吊销', 'Revoke')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={revoke.fault} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ reason: 'superseded' }}
        onFinish={(fields) => void revoke.run(fields)}
      >
        <Form.Item name="reason" label={<Both zh="原因" en="Reason" />}>
          <Select options={REASONS} />
        </Form.Item>
        <Form.Item
          name="note"
          label={<Both zh="说明(写入审计日志)" en="Note, for the log" />}
          rules={[{ required: true, message: '请写明 Say why' }]}
        >
          <Input />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
