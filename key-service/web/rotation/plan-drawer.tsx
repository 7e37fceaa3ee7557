/** A plan, its dry run (what would happen, in sentences and numbers), then the plan for real. */
import { Both, both, call, FaultNotice, Figure, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Button, DatePicker, Drawer, Form, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { DryRunResponse, HierarchyResponse, PlanRotationRequest, RotationView } from '../../src/contract/index.ts';
import { type ChosenMoment, fromChinaClock } from '../china-clock.ts';

interface Fields {
  readonly slots: string[];
  readonly suite: PlanRotationRequest['suite'];
  readonly source: 'generate' | 'present';
  readonly reason: string;
  readonly activateAt: ChosenMoment;
  /** Provinces that go ahead. */
  readonly regions?: readonly { readonly province: string; readonly activateAt: ChosenMoment }[];
  readonly monthlyContactPercent: number;
  readonly retireBelow: number;
}

const CLOCK = { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm' } as const;

const bodyOf = ({ monthlyContactPercent, activateAt, regions = [], ...fields }: Fields) => ({
  ...fields,
  activateAt: fromChinaClock(activateAt),
  regions: regions.map((region) => ({ province: region.province, activateAt: fromChinaClock(region.activateAt) })),
  monthlyContact: monthlyContactPercent / 100,
});

export function PlanDrawer({
  open,
  onClose,
  onPlanned,
}: {
  open: boolean;
  onClose: () => void;
  onPlanned: (id: string) => void;
}): ReactNode {
  const [form] = Form.useForm<Fields>();
  const [dry, setDry] = useState<DryRunResponse | null>(null);
  const hierarchy = useLoad(open ? 'hierarchy' : null, (signal) =>
    call<HierarchyResponse>('GET', '/v1/hierarchy', { signal }),
  );
  const run = useDo(async () => {
    const fields = await form.validateFields();
    setDry(await call<DryRunResponse>('POST', '/v1/rotations/dry-run', { body: bodyOf(fields) }));
  });
  const plan = useDo(async () => {
    const fields = await form.validateFields();
    const { rotation } = await call<{ rotation: RotationView }>('POST', '/v1/rotations', { body: bodyOf(fields) });
    setDry(null);
    onPlanned(rotation.id);
  });
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={620}
      title={<Both zh="计划轮换" en="Plan a rotation" />}
      footer={
        <div className="tools">
          <Button size="large" loading={run.busy} onClick={() => void run.run()}>
            <Both zh="演算" en="dry run" />
          </Button>
          <Button
            type="primary"
            size="large"
            disabled={dry?.possible !== true}
            loading={plan.busy}
            onClick={() => void plan.run()}
          >
            <Both zh="列入计划" en="plan it" />
          </Button>
          <span className="quiet">
            {dry === null ? (
              <Both zh="先演算,再列入计划。" en="Make the dry run first." />
            ) : dry.possible ? (
              <Both zh="演算通过,没有改变任何东西。" en="It can be done; nothing has been changed." />
            ) : (
              <Both zh="请先改正上面的问题。" en="Mend what is said above." />
            )}
          </span>
        </div>
      }
    >
      <FaultNotice fault={hierarchy.fault ?? run.fault ?? plan.fault} />
      <Form
        form={form}
        layout="vertical"
        onValuesChange={() => setDry(null)}
        initialValues={{ suite: 'intl-128', source: 'present', monthlyContactPercent: 20, retireBelow: 0 }}
      >
        <Form.Item
          name="slots"
          label={<Both zh="密钥位" en="Slots" />}
          rules={[{ required: true, message: '请选择 Choose' }]}
        >
          <Select
            mode="multiple"
            options={(hierarchy.value?.slots ?? []).map(({ name, text }) => ({
              value: name,
              label: `${name} ${text.zh}`,
            }))}
          />
        </Form.Item>
        <div className="form-row">
          <Form.Item name="source" label={<Both zh="新版本来源" en="Where from" />}>
            <Select
              options={[
                { value: 'present', label: both('已预置的版本', 'pre-active already') },
                { value: 'generate', label: both('由密码机生成', 'made in the HSM') },
              ]}
            />
          </Form.Item>
          <Form.Item name="suite" label={<Both zh="算法套件" en="Suite" />}>
            <Select options={['intl-128', 'sm-128', 'pboc-3des'].map((value) => ({ value, label: value }))} />
          </Form.Item>
        </div>
        <div className="form-row">
          <Form.Item
            name="activateAt"
            label={<Both zh="启用时间" en="Activate at" />}
            rules={[{ required: true, message: '请选择 Choose' }]}
          >
            <DatePicker {...CLOCK} />
          </Form.Item>
          <Form.Item name="monthlyContactPercent" label={<Both zh="每月联机的卡(%)" en="online a month" />}>
            <InputNumber min={1} max={99} />
          </Form.Item>
          <Form.Item name="retireBelow" label={<Both zh="退役门限" en="retire below" />}>
            <InputNumber min={0} max={1_000_000} />
          </Form.Item>
        </div>
        <Provinces provinces={hierarchy.value?.provinces ?? []} />
        <Form.Item
          name="reason"
          label={<Both zh="理由" en="Reason" />}
          rules={[{ required: true, min: 4, message: '至少 4 个字 At least 4 characters' }]}
        >
          <Input />
        </Form.Item>
      </Form>
      {dry !== null && <DryRun dry={dry} />}
    </Drawer>
  );
}

/** Provinces that follow before the whole system does. */
function Provinces({ provinces }: { provinces: HierarchyResponse['provinces'] }): ReactNode {
  const rules = [{ required: true, message: '请选择 Choose' }];
  return (
    <Form.List name="regions">
      {(rows, { add, remove }) => (
        <div className="plan-regions">
          {rows.map(({ key, name }) => (
            <div key={key} className="form-row">
              <Form.Item name={[name, 'province']} label={<Both zh="先行省份" en="goes ahead" />} rules={rules}>
                <Select options={provinces.map(({ code, text }) => ({ value: code, label: `${code} ${text.zh}` }))} />
              </Form.Item>
              <Form.Item name={[name, 'activateAt']} label={<Both zh="先行启用时间" en="Ahead at" />} rules={rules}>
                <DatePicker {...CLOCK} />
              </Form.Item>
              <Button size="small" className="row-end" onClick={() => remove(name)}>
                <Both zh="去掉" en="remove" />
              </Button>
            </div>
          ))}
          <Button size="small" disabled={rows.length >= provinces.length} onClick={() => add({})}>
            <Both zh="添加先行省份" en="a province that goes ahead" />
          </Button>
        </div>
      )}
    </Form.List>
  );
}

function DryRun({ dry }: { dry: DryRunResponse }): ReactNode {
  const { numbers } = dry;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'end' });
  }, []);
  return (
    <div className="dry-run" ref={place}>
      {dry.faults.map((fault) => (
        <Alert key={fault.en} type="error" showIcon title={<Both {...fault} />} />
      ))}
      <ol className="sentences">
        {dry.sentences.map((sentence) => (
          <li key={sentence.en}>
            <Both {...sentence} />
          </li>
        ))}
      </ol>
      <div className="figures">
        <Figure label={{ zh: '密钥', en: 'keys' }} value={numbers.keys} />
        <Figure label={{ zh: '卡', en: 'cards' }} value={numbers.cards.toLocaleString('zh-CN')} />
        <Figure label={{ zh: 'SAM', en: '' }} value={numbers.sams} />
        <Figure
          label={{ zh: '卡上密钥', en: 'on a card' }}
          value={`${numbers.keysOnCard}/${numbers.keysOnCardAtMost}`}
          state={numbers.keysOnCard > numbers.keysOnCardAtMost ? 'bad' : 'good'}
        />
        <Figure
          label={{ zh: '至 1 %', en: 'to 1 %' }}
          value={numbers.monthsToOnePercent.toFixed(1)}
          note="个月 months"
        />
      </div>
    </div>
  );
}
