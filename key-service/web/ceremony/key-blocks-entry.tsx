/** TR-31 key blocks, one for each key: pasted or read from a file of lines `KEY BLOCK`. They are wrapped, so no secret. */
import { Both } from '@rhc/console-shell';
import { Input, Upload } from 'antd';
import type { ReactNode } from 'react';
import type { Step } from './ceremony-words.ts';

type Blocks = Readonly<Record<string, string>>;

/** Lines `RK1.DDF1#1 D0144…`. */
export function parseBlockLines(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words): words is [string, string] => words.length === 2),
  );
}

export function KeyBlocksEntry({
  step,
  blocks,
  onChange,
}: {
  step: Step;
  blocks: Blocks;
  onChange: (blocks: Record<string, string>) => void;
}): ReactNode {
  return (
    <div className="key-blocks">
      <Upload
        accept=".txt"
        showUploadList={false}
        beforeUpload={async (file) => {
          onChange({ ...blocks, ...parseBlockLines(await file.text()) });
          return Upload.LIST_IGNORE;
        }}
      >
        <button type="button" className="link-button">
          <Both zh="从文件读取(每行:密钥 密钥块)…" en="read from a file, a line for each: KEY BLOCK…" />
        </button>
      </Upload>
      {step.keys.map(({ key }) => (
        <div key={key} className="key-block">
          <code>{key}</code>
          <Input
            aria-label={key}
            value={blocks[key] ?? ''}
            onChange={(event) => onChange({ ...blocks, [key]: event.target.value.trim() })}
          />
        </div>
      ))}
    </div>
  );
}
