/** Check values to be read aloud: value in large type, and as words in Chinese and English; a page at a time. */
import { Both } from '@rhc/console-shell';
import { Pagination, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import type { StepKey } from './ceremony-words.ts';

const PAGE = 12;

export function KcvBoard({ keys }: { keys: readonly StepKey[] }): ReactNode {
  const [page, setPage] = useState(1);
  const [language, setLanguage] = useState<'zh' | 'en'>('zh');
  const known = keys.filter(({ kcv }) => kcv !== null);
  if (known.length === 0) return null;
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
        <Pagination size="small" simple current={page} total={known.length} pageSize={PAGE} onChange={setPage} />
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
