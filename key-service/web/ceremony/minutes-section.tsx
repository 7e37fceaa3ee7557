/** The minutes: their hash in words, and the files. */
import { Both, Code, download, FaultNotice, Section, saveAs, useDo } from '@rhc/console-shell';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';
import { KcvBoard } from './kcv-board.tsx';

export function MinutesSection({ ceremony, path }: { ceremony: CeremonyResponse; path: string }): ReactNode {
  const fetchFile = useDo(async (file: string) => saveAs(await download(`${path}/${file}`), `${ceremony.id}-${file}`));
  const keys = ceremony.steps.flatMap((step) => step.keys);
  return (
    <Section title={{ zh: '仪式记录', en: 'Minutes' }}>
      <FaultNotice fault={fetchFile.fault} />
      <h3 className="step-text">
        <Both zh="仪式已完成,记录由系统生成。" en="The ceremony is complete; the system has written the minutes." />
      </h3>
      {ceremony.minutes !== null && (
        <>
          <p className="words">{ceremony.minutes.words.zh.slice(0, 8).join(' · ')} …</p>
          <Code>{ceremony.minutes.sha256}</Code>
        </>
      )}
      <div className="actors no-print">
        <Button size="large" type="primary" loading={fetchFile.busy} onClick={() => void fetchFile.run('minutes.pdf')}>
          <Both zh="仪式记录 PDF" en="minutes" />
        </Button>
        <Button size="large" onClick={() => void fetchFile.run('hand-over.pdf')}>
          <Both zh="交接备忘录 PDF" en="hand-over record" />
        </Button>
        <Button size="large" onClick={() => void fetchFile.run('minutes.json')}>
          JSON
        </Button>
      </div>
      <KcvBoard keys={keys} />
    </Section>
  );
}
