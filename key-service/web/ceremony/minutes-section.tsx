/** The minutes: their hash in words, and the files. */
import { Both, Code, download, FaultNotice, Section, saveAs, useDo } from '@rhc/console-shell';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';
import { distinctKeys, KcvBoard } from './kcv-board.tsx';

/** Exported key blocks, a line for each, as the step that imports them reads them: KEY BLOCK. */
const blockFile = ({ blocks }: CeremonyResponse): Blob =>
  new Blob([blocks.map(({ key, block }) => `${key} ${block}\n`).join('')], { type: 'text/plain' });

export function MinutesSection({ ceremony, path }: { ceremony: CeremonyResponse; path: string }): ReactNode {
  const fetchFile = useDo(async (file: string) => saveAs(await download(`${path}/${file}`), `${ceremony.id}-${file}`));
  const isOver = ceremony.state === 'completed' || ceremony.state === 'abandoned';
  return (
    <Section title={{ zh: '仪式记录', en: 'Minutes' }}>
      <FaultNotice fault={fetchFile.fault} />
      <h3 className="step-text">
        {ceremony.state === 'completed' ? (
          <Both zh="仪式已完成,记录由系统生成。" en="The ceremony is complete; the system has written the minutes." />
        ) : ceremony.state === 'abandoned' ? (
          <Both zh="仪式已放弃,至此的记录:" en="The ceremony was abandoned; the minutes until then:" />
        ) : (
          <Both zh="中断时的记录(仪式未完成)" en="Minutes of the interruption; the ceremony is not complete" />
        )}
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
        {ceremony.blocks.length > 0 && (
          <Button size="large" onClick={() => saveAs(blockFile(ceremony), `${ceremony.id}-key-blocks.txt`)}>
            <Both zh="密钥块文件" en="key blocks" />
          </Button>
        )}
      </div>
      {isOver && <KcvBoard keys={distinctKeys(ceremony.steps)} />}
    </Section>
  );
}
