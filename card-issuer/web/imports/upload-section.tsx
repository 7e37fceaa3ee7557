/** A file, its source and charset; a rehearsal is the button that Enter presses. */
import { Both, type Fault, FaultNotice, goTo, Section, useDo } from '@rhc/console-shell';
import { Button, Form, Progress, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { FileChoice } from '../file-choice.tsx';
import type { Import, Mapping } from './import-words.ts';
import { upload } from './upload.ts';

interface Wish {
  readonly source: string;
  readonly encoding: 'auto' | 'utf-8' | 'gb18030';
}

export function UploadSection({ mappings, fault }: { mappings: readonly Mapping[]; fault: Fault | null }): ReactNode {
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState(0);
  const [form] = Form.useForm<Wish>();
  const send = useDo(async (dryRun: boolean) => {
    if (file === null) return;
    const { source, encoding } = await form.validateFields();
    const query = new URLSearchParams({ source, fileName: file.name, dryRun: String(dryRun) });
    if (encoding !== 'auto') query.set('encoding', encoding);
    setShare(0);
    const made = await upload<Import>(`/v1/roster-imports?${query}`, file, setShare);
    setFile(null);
    goTo(`imports/${made.id}`);
  });
  return (
    <Section title={{ zh: '导入名册', en: 'Import a roster' }}>
      <FaultNotice fault={fault ?? send.fault} />
      <Form
        form={form}
        layout="vertical"
        className="form-grid"
        initialValues={{ source: 'rhc', encoding: 'auto' }}
        onFinish={() => void send.run(true)}
      >
        <Form.Item name="source" label={<Both zh="来源(列映射)" en="Source" />} rules={[{ required: true }]}>
          <Select options={mappings.map(({ source, text }) => ({ value: source, label: `${text.zh} ${text.en}` }))} />
        </Form.Item>
        <Form.Item name="encoding" label={<Both zh="字符集" en="Charset" />}>
          <Select
            options={[
              { value: 'auto', label: '自动识别 found by itself' },
              { value: 'utf-8', label: 'UTF-8' },
              { value: 'gb18030', label: 'GB 18030' },
            ]}
          />
        </Form.Item>
        <div className="form-wide">
          <FileChoice
            accept=".csv,.txt,.xlsx,.zip"
            file={file}
            hint={{
              zh: 'CSV 或 XLSX,有照片时与照片一起打包成 ZIP(照片列写文件名,或以证件号码命名);先试运行:逐行检查,不写入任何居民',
              en: 'CSV or XLSX, zipped with its photos where there are any. A rehearsal checks every row and enrols nobody.',
            }}
            onChoose={setFile}
          />
          {send.busy && (
            <Progress percent={Math.floor(share * 100)} status="active" aria-label="上传进度 upload progress" />
          )}
        </div>
        <div className="tools form-wide">
          <Button type="primary" htmlType="submit" loading={send.busy} disabled={file === null}>
            <Both zh="试运行" en="Rehearse" />
          </Button>
          <Button loading={send.busy} disabled={file === null} onClick={() => void send.run(false)}>
            <Both zh="正式导入" en="Import" />
          </Button>
        </div>
      </Form>
    </Section>
  );
}
