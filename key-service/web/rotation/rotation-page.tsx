/** 轮换看板: every rotation with its station and progress; `#/rotation/ID` opens one. */
import { Both, both, call, EmptyHint, FaultNotice, goTo, Section, StatusTag, useLoad, When } from '@rhc/console-shell';
import { Button, Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import type { RotationView } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { PlanDrawer } from './plan-drawer.tsx';
import { RotationDetail } from './rotation-detail.tsx';
import { ROTATION_STATES, STATIONS } from './rotation-words.ts';

export function RotationPage({ rest, me }: { rest: string; me: Principal }): ReactNode {
  const list = useLoad(
    'rotations',
    (signal) => call<{ rotations: RotationView[] }>('GET', '/v1/rotations', { signal }),
    5_000,
  );
  const [planning, setPlanning] = useState(false);
  const rotations = list.value?.rotations ?? [];
  const chosen = rotations.find(({ id }) => id === rest) ?? null;
  const mayPlan = hasRole(me, 'security-admin', 'officer');
  return (
    <div className="stack">
      <FaultNotice fault={list.fault} onRetry={list.reload} />
      <Section
        title={{ zh: '轮换', en: 'Rotations' }}
        tools={
          mayPlan && (
            <Button type="primary" size="small" onClick={() => setPlanning(true)}>
              <Both zh="计划轮换" en="plan a rotation" />
            </Button>
          )
        }
      >
        {list.value === null ? (
          list.fault === null && <Skeleton active />
        ) : rotations.length === 0 ? (
          <EmptyHint
            text={{ zh: '还没有轮换。', en: 'No rotation yet.' }}
            next={{
              zh: '先计划,再演算:演算只说会发生什么,不改变任何东西。',
              en: 'Plan one and make a dry run: it says what would happen and changes nothing.',
            }}
          />
        ) : (
          <ul className="rotation-board">
            {rotations.map((rotation) => (
              <BoardRow key={rotation.id} rotation={rotation} chosen={rotation.id === rest} />
            ))}
          </ul>
        )}
      </Section>
      {chosen !== null && <RotationDetail key={chosen.id} rotation={chosen} mayAct={mayPlan} onChange={list.reload} />}
      <PlanDrawer
        open={planning}
        onClose={() => setPlanning(false)}
        onPlanned={(id) => {
          setPlanning(false);
          list.reload();
          goTo(`rotation/${id}`);
        }}
      />
    </div>
  );
}

function BoardRow({ rotation, chosen }: { rotation: RotationView; chosen: boolean }): ReactNode {
  const { id, state, slots, reason, activateAt } = rotation;
  const at = STATIONS.indexOf(state);
  return (
    <li>
      <button
        type="button"
        className={chosen ? 'card-button card-button-chosen board-row' : 'card-button board-row'}
        aria-current={chosen}
        onClick={() => goTo(`rotation/${id}`)}
      >
        <span>
          <strong>
            {slots
              .map(({ slot, from, to }) => `${slot} v${from}→v${to}`)
              .slice(0, 3)
              .join('、')}
          </strong>
          {slots.length > 3 && ` ${both('等', '…')} ${slots.length}`}
          <br />
          <span className="quiet">{reason}</span>
        </span>
        <span className="stations" aria-hidden="true">
          {STATIONS.map((station, place) => (
            <span key={station} className={place <= at ? 'station station-passed' : 'station'}>
              {ROTATION_STATES[station].zh}
            </span>
          ))}
        </span>
        <span>
          <StatusTag state={ROTATION_STATES[state].light}>
            {ROTATION_STATES[state].zh} {ROTATION_STATES[state].en}
          </StatusTag>
          <br />
          <span className="quiet">
            {both('启用', 'activates')} <When at={activateAt} />
          </span>
        </span>
      </button>
    </li>
  );
}
