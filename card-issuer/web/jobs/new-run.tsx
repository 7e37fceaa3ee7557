/** A new run of residents that have no card yet: of a county or of all, oldest records first. */
import { Both, call, FaultNotice, goTo, SubmitOnEnter, useDo, useLoad, useNotices } from '@rhc/console-shell';
import { Alert, Form, Input, InputNumber, Modal, Select } from 'antd';
import type { ReactNode } from 'react';
import type { BulkCandidatesResponse, BulkRunResponse, CountiesResponse } from '../../src/contract/index.ts';
import { countyOptions } from '../county-options.ts';
import { useIntentKey } from '../intent-key.ts';

interface Wish {
  readonly name: string;
  readonly areaCode?: string;
  readonly cards: number;
}

const MOST = 20_000;

export function NewRun({
  open,
  onClose,
  onChange,
}: {
  open: boolean;
  onClose: () => void;
  onChange: () => void;
}): ReactNode {
  const [form] = Form.useForm<Wish>();
  const areaCode = Form.useWatch('areaCode', form);
  const notices = useNotices();
  const key = useIntentKey();
  const counties = useLoad(open ? 'counties' : null, (signal) =>
    call<CountiesResponse>('GET', '/v1/counties', { signal }),
  );
  const waiting = useLoad(open ? `candidates ${areaCode ?? ''}` : null, (signal) =>
    call<BulkCandidatesResponse>('GET', '/v1/bulk-candidates', { signal, query: { areaCode, limit: 1 } }),
  );
  const make = useDo(async ({ name, cards }: Wish) => {
    const query = { areaCode, limit: cards };
    const { residentIds } = await call<BulkCandidatesResponse>('GET', '/v1/bulk-candidates', { query });
    const body = { name: name.trim(), residentIds };
    const run = await call<BulkRunResponse>('POST', '/v1/bulk-runs', { body, idempotencyKey: key.current });
    notices.done({ zh: `已新建,共 ${residentIds.length} 行。`, en: `Made, ${residentIds.length} lines.` });
    form.resetFields();
    onChange();
    onClose();
    goTo(`jobs/${run.id}`);
  });
  const total = waiting.value?.total ?? 0;
  return (
    <Modal
      open={open}
      title={<Both zh="新建批量任务" en="New bulk run" />}
      okText="新建 Make"
      cancelText="取消 Cancel"
      confirmLoading={make.busy}
      okButtonProps={{ disabled: total === 0 }}
      onOk={() => form.submit()}
      onCancel={onClose}
      destroyOnHidden
    >
      <FaultNotice fault={counties.fault ?? waiting.fault ?? make.fault} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ cards: 500 }}
        onFinish={(wish) => {
          // Another choice of residents is another run.
          key.renew();
          void make.run(wish);
        }}
      >
        <Form.Item
          name="name"
          label={<Both zh="任务名称" en="Name" />}
          rules={[{ required: true, whitespace: true, message: '请填写名称 Enter a name' }]}
        >
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item name="areaCode" label={<Both zh="县(空 = 全部)" en="County; empty: all" />}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={countyOptions(counties.value)} />
        </Form.Item>
        <Form.Item name="cards" label={<Both zh="最多张数" en="At most" />} rules={[{ required: true }]}>
          <InputNumber min={1} max={MOST} precision={0} className="planner-number" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
      {waiting.value !== null && (
        <Alert
          type={total === 0 ? 'warning' : 'info'}
          showIcon
          title={
            total === 0 ? (
              <Both zh="这里没有尚无卡的居民;请先导入名册。" en="Nobody without a card here: import a roster first." />
            ) : (
              <Both zh={`尚无卡的居民 ${total.toLocaleString('zh-CN')} 人`} en="residents without a card" />
            )
          }
        />
      )}
    </Modal>
  );
}
