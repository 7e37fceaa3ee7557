/** How many readers, people and key-service calls a plan needs, by the wire model. Enter calculates. */
import { Both, call, FaultNotice, Figure, Section, useDo, useLoad } from '@rhc/console-shell';
import { Button, Form, InputNumber, Select } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import type { CapacityRequest, CapacityResponse, LinksResponse } from '../../src/contract/index.ts';
import { number } from './steering-words.ts';

interface Field {
  readonly name: Exclude<keyof CapacityRequest, 'linkId'>;
  readonly zh: string;
  readonly en: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly step?: number;
}

/** The year's million, as it would be made at counters. */
const FIELDS: readonly Field[] = [
  { name: 'cards', zh: '卡数', en: 'cards', unit: '张', min: 1, max: 100_000_000, initial: 1_000_000, step: 10_000 },
  { name: 'workingDays', zh: '工作日', en: 'working days', unit: '天', min: 1, max: 10_000, initial: 250 },
  { name: 'hoursPerDay', zh: '每日工时', en: 'hours a day', unit: '小时', min: 0.5, max: 24, initial: 8, step: 0.5 },
  { name: 'roundTripMs', zh: '网络往返', en: 'round trip', unit: 'ms', min: 0, max: 10_000, initial: 60, step: 10 },
  { name: 'handlingSeconds', zh: '人工每卡', en: 'handling', unit: '秒', min: 0, max: 3600, initial: 180, step: 10 },
  { name: 'readersPerPerson', zh: '每人读卡器', en: 'readers a person', unit: '台', min: 1, max: 100, initial: 1 },
  { name: 'utilization', zh: '利用率', en: 'utilization', unit: '0–1', min: 0.05, max: 1, initial: 0.7, step: 0.05 },
];

export function CapacityPlanner(): ReactNode {
  const links = useLoad('links', (signal) => call<LinksResponse>('GET', '/v1/steering/links', { signal }));
  const [answer, setAnswer] = useState<CapacityResponse | null>(null);
  const plan = useDo(async (body: CapacityRequest) =>
    setAnswer(await call<CapacityResponse>('POST', '/v1/steering/capacity', { body })),
  );
  const [form] = Form.useForm<CapacityRequest>();
  const first = links.value?.links[0]?.id;
  useEffect(() => {
    if (first === undefined || form.getFieldValue('linkId') !== undefined) return;
    form.setFieldValue('linkId', first);
    form.submit();
  }, [first, form]);
  return (
    <Section title={{ zh: '产能测算(按线路模型)', en: 'Capacity planner, on the wire model' }}>
      <FaultNotice fault={links.fault ?? plan.fault} onRetry={links.reload} />
      <Form
        form={form}
        layout="vertical"
        className="planner"
        initialValues={Object.fromEntries(FIELDS.map(({ name, initial }) => [name, initial]))}
        onFinish={(values: CapacityRequest) => void plan.run(values)}
      >
        {FIELDS.map(({ name, zh, en, unit, min, max, step }) => (
          <Form.Item key={name} name={name} label={<Both zh={zh} en={en} />} rules={[{ required: true }]}>
            <InputNumber min={min} max={max} step={step ?? 1} suffix={unit} className="planner-number" />
          </Form.Item>
        ))}
        <Form.Item name="linkId" label={<Both zh="读卡器速率" en="link" />} rules={[{ required: true }]}>
          <Select
            options={(links.value?.links ?? []).map(({ id, text, chipSeconds }) => ({
              value: id,
              label: `${text.zh} ${text.en} · ${number(chipSeconds, 1)} s`,
            }))}
          />
        </Form.Item>
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={plan.busy}>
            <Both zh="测算" en="Calculate" />
          </Button>
        </Form.Item>
      </Form>
      {answer !== null && <Answer answer={answer} />}
    </Section>
  );
}

function Answer({ answer }: { answer: CapacityResponse }): ReactNode {
  const perCard = answer.chipSeconds + answer.networkSeconds;
  return (
    <div className="figures" aria-live="polite">
      <Figure
        label={{ zh: '读卡器', en: 'Readers' }}
        value={number(answer.readers)}
        note={`每台每小时 ${number(answer.cardsPerReaderHour, 1)} 张 cards an hour each`}
        state="good"
      />
      <Figure label={{ zh: '人员', en: 'People' }} value={number(answer.people)} state="good" />
      <Figure label={{ zh: '每小时须制', en: 'Cards an hour' }} value={number(answer.cardsPerHour)} />
      <Figure
        label={{ zh: '每卡写卡', en: 'Writing a card' }}
        value={`${number(perCard, 1)} s`}
        note={`芯片 chip ${number(answer.chipSeconds, 1)} + 网络 network ${number(answer.networkSeconds, 2)}`}
      />
      <Figure
        label={{ zh: '密钥服务', en: 'key-service' }}
        value={`${number(answer.keyServiceCallsPerSecond, 2)}/s`}
        note={`${number(answer.apdusPerSecond)} APDU/s`}
      />
    </div>
  );
}
