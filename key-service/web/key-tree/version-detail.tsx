/** One key version: what it is for, its check value in large type, its days, what is planned for it. */
import { Both, EmptyHint, Section, When } from '@rhc/console-shell';
import { Alert, Descriptions } from 'antd';
import type { ReactNode } from 'react';
import type { HierarchyResponse, KeyVersionsResponse } from '../../src/contract/index.ts';
import { type KeyVersionRow, keyName, purposeText, StateTag, WARNINGS } from '../words.tsx';
import { VersionLife } from './version-life.tsx';

export function VersionDetail({
  version,
  hierarchy,
  warnings,
  mayAct,
}: {
  version: KeyVersionRow | null;
  hierarchy: HierarchyResponse | null;
  warnings: KeyVersionsResponse['warnings'];
  mayAct: boolean;
}): ReactNode {
  if (version === null) {
    return (
      <Section title={{ zh: '密钥版本', en: 'Key version' }}>
        <EmptyHint
          text={{ zh: '还没有选择密钥版本。', en: 'No key version is chosen.' }}
          next={{ zh: '在图中按一个版本(v1、v2)查看详情。', en: 'Press a version (v1, v2) in the picture.' }}
        />
      </Section>
    );
  }
  const slot = hierarchy?.slots.find(({ name }) => name === version.slot);
  const own = warnings.filter((each) => each.slot === version.slot && each.version === version.version);
  return (
    <Section title={{ zh: keyName(version), en: '' }} tools={<StateTag state={version.state} />}>
      <p className="detail-name">{slot !== undefined && <Both {...slot.text} />}</p>
      <div className="kcv-large" title="校验值 KCV">
        {version.kcv}
      </div>
      <p className="quiet detail-method">
        <Both zh="校验值" en="check value" /> · {version.kcvMethod}
      </p>
      {own.map(({ kind, daysLeft }) => (
        <Alert
          key={kind}
          type={kind === 'ended' ? 'error' : 'warning'}
          showIcon
          title={
            <>
              <Both {...WARNINGS[kind]} /> {daysLeft} 天 d
            </>
          }
        />
      ))}
      <Descriptions
        size="small"
        column={1}
        items={[
          {
            key: 'purpose',
            label: <Both zh="用途" en="Purpose" />,
            children: <Both {...purposeText(slot?.purpose ?? '')} />,
          },
          {
            key: 'root',
            label: <Both zh="根密钥" en="Root" />,
            children: slot?.root === 'national' ? <Both zh="部级" en="national" /> : <Both zh="省级" en="provincial" />,
          },
          { key: 'suite', label: <Both zh="算法套件" en="Suite" />, children: version.suite },
          { key: 'made', label: <Both zh="建立" en="Made" />, children: <When at={version.createdAt} /> },
          {
            key: 'activate',
            label: <Both zh="计划启用" en="To be activated" />,
            children: <When at={version.activateAt} />,
          },
          {
            key: 'ends',
            label: <Both zh="使用期至" en="Cryptoperiod ends" />,
            children: <When at={version.cryptoperiodEnds} />,
          },
          {
            key: 'destroy',
            label: <Both zh="计划销毁" en="To be destroyed" />,
            children: <When at={version.destroyAt} />,
          },
        ]}
      />
      <VersionLife key={keyName(version)} slot={version.slot} version={version.version} mayAct={mayAct} />
    </Section>
  );
}
