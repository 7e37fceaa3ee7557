/** The hand that holds the simulator's cards: which lies where, how quick the wire is, what goes wrong next. */
import { Both, both, call, FaultNotice, useDo, useLoad } from '@rhc/console-shell';
import { Button, Card, Input, Select, Slider, Space, Table } from 'antd';
import { useRef, useState } from 'react';

interface SimulatorState {
  readonly readers: readonly { readonly reader: string; readonly card: string | null }[];
  readonly link: string;
  readonly links: readonly string[];
  readonly factor: number;
  readonly cards: readonly {
    readonly id: string;
    readonly text: { readonly zh: string; readonly en: string };
    readonly expect: { readonly zh: string; readonly en: string };
  }[];
}

interface Wire {
  readonly link: string;
  readonly factor: number;
}

const HEADERS = { 'x-rhc-request': '1' };
const EXAMPLE = '[{ "kind": "silent", "at": { "command": 20 }, "executed": false }]';

/** Notches of the slider come quicker than answers: one setting is on its way at a time, and the last one is what stays. */
function useWire(now: Wire, reload: () => void) {
  const wanted = useRef<Wire | null>(null);
  const { run, fault, clear } = useDo((wire: Wire) =>
    call('POST', '/v1/simulator/wire', { body: wire, headers: HEADERS }),
  );
  const turn = async (change: Partial<Wire>): Promise<void> => {
    const underway = wanted.current !== null;
    wanted.current = { ...(wanted.current ?? now), ...change };
    if (underway) return;
    for (let sent: Wire | null = null; sent !== wanted.current; ) {
      sent = wanted.current;
      await run(sent);
    }
    wanted.current = null;
    reload();
  };
  return { turn, fault, clear };
}

export function SimulatorPage() {
  const state = useLoad('simulator', (signal) => call<SimulatorState>('GET', '/v1/simulator', { signal }), 2_000);
  const [plan, setPlan] = useState(EXAMPLE);
  const act = useDo((verb: string, body: object) => call('POST', `/v1/simulator/${verb}`, { body, headers: HEADERS }));
  const does = async (verb: string, body: object) => {
    await act.run(verb, body);
    state.reload();
  };
  const { readers = [], cards = [], links = [], link = 'none', factor = 1 } = state.value ?? {};
  const wire = useWire({ link, factor }, state.reload);
  const arm = (reader: string) => {
    try {
      void does('faults', { reader, faults: JSON.parse(plan) });
    } catch {
      void does('faults', { reader, faults: [{ kind: plan }] });
    }
  };
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      <FaultNotice
        fault={state.fault ?? act.fault ?? wire.fault}
        onRetry={state.reload}
        onClose={() => {
          act.clear();
          wire.clear();
        }}
      />
      <Card size="small" title={<Both zh="读卡器" en="Readers" />}>
        {readers.map(({ reader, card }) => (
          <div key={reader} className="simulator-reader">
            <strong>{reader}</strong>
            <span>{cards.find(({ id }) => id === card)?.text.zh ?? both('空', 'empty')}</span>
            <Button size="small" disabled={card === null} onClick={() => void does('remove', { reader })}>
              <Both zh="取出" en="Take out" />
            </Button>
            <Button size="small" disabled={card === null} onClick={() => arm(reader)}>
              <Both zh="装入故障计划" en="Arm the faults" />
            </Button>
          </div>
        ))}
      </Card>
      <Table
        id="simulator-cards"
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={cards}
        columns={[
          {
            title: both('卡', 'Card'),
            dataIndex: 'text',
            render: (text: { zh: string; en: string }) => <Both {...text} />,
          },
          {
            title: both('应有的结果', 'What to expect'),
            dataIndex: 'expect',
            render: (text: { zh: string; en: string }) => <Both {...text} />,
          },
          {
            title: both('放入', 'Put in'),
            dataIndex: 'id',
            render: (id: string) =>
              readers.map(({ reader }, at) => (
                <Button
                  key={reader}
                  size="small"
                  onClick={() => void does('insert', { reader, card: id, fresh: true })}
                >
                  {at + 1}
                </Button>
              )),
          },
        ]}
      />
      <Card size="small" title={<Both zh="线路与故障" en="Wire and faults" />}>
        <div className="simulator-wire">
          <label htmlFor="link">
            <Both zh="线路模型" en="Wire model" />
            <Select
              id="link"
              value={link}
              options={links.map((id) => ({ value: id, label: id }))}
              onChange={(chosen) => void wire.turn({ link: chosen })}
            />
          </label>
          <label htmlFor="factor">
            <Both zh="时间倍数" en="Times" /> {factor}
            <Slider
              id="factor"
              min={0}
              max={20}
              step={0.5}
              defaultValue={factor}
              onChangeComplete={(chosen: number) => void wire.turn({ factor: chosen })}
            />
          </label>
          <label htmlFor="faults">
            <Both zh="故障计划" en="Plan of faults" />
            <Input.TextArea id="faults" rows={2} value={plan} onChange={(event) => setPlan(event.target.value)} />
          </label>
        </div>
      </Card>
    </Space>
  );
}
