/** Check values to be read aloud: value in large type, and as words in Chinese and English; a page at a time. */
import { Both } from '@rhc/console-shell';
import { Button, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Step, StepKey } from './ceremony-words.ts';

/** Buttons of our own turn the pages: antd's pager takes Enter for two steps, and people would skip what they confirm. */
const PAGE = 12;

/** A key stands in the step that made it, in the one that compared it and in the one that activated it. */
export const distinctKeys = (steps: readonly Step[]): StepKey[] => [
  ...new Map(steps.flatMap(({ keys }) => keys).map((each) => [each.key, each])).values(),
];

export function KcvBoard({ keys }: { keys: readonly StepKey[] }): ReactNode {
  const [page, setPage] = useState(1);
  const [language, setLanguage] = useState<'zh' | 'en'>('zh');
  const known = keys.filter(({ kcv }) => kcv !== null);
  if (known.length === 0) return null;
  const pages = Math.ceil(known.length / PAGE);
  const shown = known.slice((page - 1) * PAGE, page * PAGE);
  return (
    <div className="kcv-board">
      <div className="tools no-print">
        <strong>
          <Both zh="密钥校验值,请朗读" en="check values, to be read aloud" />
        </strong>
        <Segmented
          size="small"
          value={language}
          onChange={(value) => setLanguage(value as 'zh' | 'en')}
          options={[
            { value: 'zh', label: '词语' },
            { value: 'en', label: 'words' },
          ]}
        />
        {pages > 1 && (
          <span className="tools">
            <Button size="small" disabled={page <= 1} onClick={() => setPage(page - 1)}>
              <Both zh="上一页" en="back" />
            </Button>
            <span role="status">
              {page} / {pages}
            </span>
            <Button size="small" disabled={page >= pages} onClick={() => setPage(page + 1)}>
              <Both zh="下一页" en="next" />
            </Button>
          </span>
        )}
      </div>
      <div className="kcv-cards">
        {shown.map(({ key, kcv, words, state, kcvMethod }) => (
          <div key={key} className={`kcv-card kcv-card-${state}`}>
            <span className="kcv-card-name">{key.replace('#', ' v')}</span>
            <span className="kcv-card-value" title={kcvMethod}>
              {kcv}
            </span>
            <span className="kcv-card-words" lang={language}>
              {words?.[language].join(' · ')}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
