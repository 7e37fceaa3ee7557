/** One SAM: what it holds, its history, the PIN mailer (printed once), delivery, return, revocation. */
import {
  Both,
  both,
  call,
  download,
  FaultNotice,
  goTo,
  StatusTag,
  SubmitOnEnter,
  saveAs,
  useDo,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Descriptions, Drawer, Form, Input, Modal, Skeleton, Timeline } from 'antd';
import { type ReactNode, useState } from 'react';
import type { SamResponse } from '../../src/contract/index.ts';
import { useNeedsQuorum } from './quorum.ts';
import { SAM_MOVES, SAM_NEXT, SAM_STATES } from './sam-words.ts';

type Act = 'delivery' | 'return' | 'revocation';
const ACTS: Readonly<Record<Act, { zh: string; en: string }>> = {
  delivery: { zh: '登记交付', en: 'deliver' },
  return: { zh: '登记退回', en: 'take back' },
  revocation: { zh: '注销', en: 'revoke' },
};

export function SamDrawer({
  serial,
  mayAct,
  onClose,
  onChange,
}: {
  serial: string;
  mayAct: boolean;
  onClose: () => void;
  onChange: () => void;
}): ReactNode {
  const path = `/v1/sams/${serial}`;
  const one = useLoad(serial === '' ? null : path, (signal) => call<SamResponse>('GET', path, { signal }), 10_000);
  const [act, setAct] = useState<Act | null>(null);
  const mailer = useDo(async () => {
    saveAs(await download(`${path}/pin-mailer`, { method: 'POST' }), `pin-mailer-${serial}.pdf`);
    one.reload();
  });
  const sam = one.value?.sam;
  const acts: Act[] =
    sam === undefined || sam.state === 'revoked'
      ? []
      : [
          ...(sam.state === 'issued' || sam.state === 'returned' ? (['delivery'] as const) : []),
          ...(sam.state === 'delivered' ? (['return'] as const) : []),
          'revocation',
        ];
  return (
    <Drawer open={serial !== ''} onClose={onClose} size={520} title={<span className="kcv">SAM {serial}</span>}>
      <FaultNotice fault={one.fault ?? mailer.fault} onRetry={one.reload} />
      {sam === undefined ? (
        one.fault === null && <Skeleton active />
      ) : (
        <>
          <p>
            <StatusTag state={SAM_STATES[sam.state].light}>
              {SAM_STATES[sam.state].zh} {SAM_STATES[sam.state].en}
            </StatusTag>{' '}
            <Both zh={`下一步:${SAM_NEXT[sam.state].zh}`} en={SAM_NEXT[sam.state].en} />
          </p>
          <Descriptions
            size="small"
            column={1}
            items={[
              { key: 'where', label: <Both zh="机构" en="Institution" />, children: sam.institution },
              {
                key: 'terminal',
                label: <Both zh="终端号" en="Terminal" />,
                children: <code>{sam.terminalNumber}</code>,
              },
              { key: 'suite', label: <Both zh="算法套件" en="Suite" />, children: sam.suite },
              { key: 'issued', label: <Both zh="发行" en="Issued" />, children: <When at={sam.issuedAt} /> },
              {
                key: 'contact',
                label: <Both zh="最后联系" en="Last contact" />,
                children: <When at={sam.lastContact} now={new Date()} />,
              },
              {
                key: 'versions',
                label: <Both zh="持有的密钥" en="Holds" />,
                children: <HeldKeys versions={sam.versions} />,
              },
            ]}
          />
          {mayAct && (
            <div className="actors no-print">
              <Button disabled={sam.pinMailer !== 'sealed'} loading={mailer.busy} onClick={() => void mailer.run()}>
                {sam.pinMailer === 'printed' ? (
                  <Both zh="密码信封已打印" en="mailer printed" />
                ) : (
                  <Both zh="下载密码信封(一次)" en="PIN mailer, once" />
                )}
              </Button>
              {acts.map((each) => (
                <Button key={each} danger={each === 'revocation'} onClick={() => setAct(each)}>
                  <Both {...ACTS[each]} />
                </Button>
              ))}
            </div>
          )}
          <Timeline
            items={(one.value?.moves ?? []).map(({ at, what, actor, note }) => ({
              key: `${at} ${what}`,
              content: (
                <>
                  <Both {...SAM_MOVES[what]} /> <When at={at} />
                  <div className="quiet">
                    {actor} {note}
                  </div>
                </>
              ),
            }))}
          />
        </>
      )}
      {act !== null && (
        <ActDialogue
          act={act}
          path={path}
          onClose={() => setAct(null)}
          onDone={() => {
            one.reload();
            onChange();
          }}
        />
      )}
    </Drawer>
  );
}

/** Slots that hold the same versions stand on one line. */
function HeldKeys({ versions }: { versions: SamResponse['sam']['versions'] }): ReactNode {
  const slots = new Map<string, string>();
  for (const { slot, version } of versions) slots.set(slot, `${slots.get(slot) ?? ''} v${version}`.trim());
  const lines = [...new Set(slots.values())].map((held) => ({
    held,
    names: [...slots].filter(([, own]) => own === held).map(([name]) => name),
  }));
  return lines.length === 0 ? (
    '—'
  ) : (
    <div>
      {lines.map(({ held, names }) => (
        <div key={held}>
          <b>{held}</b> {names.join('、')}
        </div>
      ))}
    </div>
  );
}

function ActDialogue({
  act,
  path,
  onClose,
  onDone,
}: {
  act: Act;
  path: string;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<Record<string, string>>();
  const quorum = useNeedsQuorum('revoke-sam') && act === 'revocation';
  const send = useDo(async (body: Record<string, string>) => {
    const asked = quorum
      ? await call<{ approval: string }>('POST', `${path}/${act}/requests`, { body })
      : void (await call('POST', `${path}/${act}`, { body }));
    onClose();
    onDone();
    if (asked !== undefined) goTo(`approvals/${asked.approval}`);
  });
  const fields =
    act === 'delivery'
      ? [
          { name: 'receiver', zh: '接收人', en: 'Receiver' },
          { name: 'carrier', zh: '递送人', en: 'Carrier' },
        ]
      : [{ name: 'reason', zh: '理由', en: 'Reason' }];
  return (
    <Modal
      open
      title={<Both {...ACTS[act]} />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okButtonProps={{ danger: act === 'revocation' }}
      okText={quorum ? both('提出申请', 'Ask for approval') : both('确定', 'OK')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={send.fault} />
      <Form form={form} layout="vertical" onFinish={(body) => void send.run(body)}>
        {fields.map(({ name, zh, en }, at) => (
          <Form.Item
            key={name}
            name={name}
            label={<Both zh={zh} en={en} />}
            rules={[{ required: true, message: '请填写 Fill in' }]}
          >
            <Input autoFocus={at === 0} />
          </Form.Item>
        ))}
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
