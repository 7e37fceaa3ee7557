/** One card's standing, by its issue serial: our own by their state now, others' by the newest list that we hold. */
import { Both, call, FaultNotice, Section, StatusTag, useDo } from '@rhc/console-shell';
import { Button, Form, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import type { HotlistLookUpResponse } from '../../src/contract/index.ts';

const ANSWERS = {
  listed: { light: 'bad', text: '在名单中,不得受理 listed: do not serve' },
  'not-listed': { light: 'good', text: '不在名单中 not listed' },
  'not-covered': { light: 'warn', text: '本系统不掌握,请向发卡省查询 not covered: ask the issuer' },
} as const;

export function LookUpSection(): ReactNode {
  const [found, setFound] = useState<{ serial: string; answer: HotlistLookUpResponse } | null>(null);
  const ask = useDo(async ({ serial }: { serial: string }) => {
    const issueSerial = serial.trim().toUpperCase();
    setFound({
      serial: issueSerial,
      answer: await call<HotlistLookUpResponse>('GET', '/v1/hotlist/look-up', { query: { issueSerial } }),
    });
  });
  return (
    <Section title={{ zh: '查询一张卡', en: 'Look a card up' }}>
      <FaultNotice fault={ask.fault} onClose={ask.clear} />
      <Form layout="inline" onFinish={(values) => void ask.run(values)}>
        <Form.Item
          name="serial"
          label={<Both zh="发行序列号" en="Issue serial" />}
          rules={[{ required: true, message: '请填写 Please fill in' }]}
        >
          <Input maxLength={20} autoComplete="off" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={ask.busy}>
          <Both zh="查询" en="Look up" />
        </Button>
      </Form>
      <p aria-live="polite">
        {found !== null && (
          <>
            <code>{found.serial}</code>{' '}
            <StatusTag state={ANSWERS[found.answer.answer].light}>{ANSWERS[found.answer.answer].text}</StatusTag>
            {found.answer.version !== null && (
              <span className="quiet">外省名单第 {found.answer.version} 版 by the foreign list</span>
            )}
          </>
        )}
      </p>
    </Section>
  );
}
