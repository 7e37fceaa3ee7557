/** A certificate request (PEM) and its one-time code → the certificate as a file. */
import { Both, both, call, FaultNotice, SubmitOnEnter, saveAs, useDo } from '@rhc/console-shell';
import { Alert, Form, Input, Modal, Upload } from 'antd';
import { type ReactNode, useState } from 'react';
import type { IssuedCertificateResponse } from '../../src/contract/index.ts';

interface Fields {
  readonly code: string;
  readonly csr: string;
}

export function CsrDialogue({
  open,
  onClose,
  onDone,
}: {
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<Fields>();
  const [issued, setIssued] = useState('');
  const send = useDo(async ({ code, csr }: Fields) => {
    const body = { code: code.trim(), csr };
    const answer = await call<IssuedCertificateResponse>('POST', '/v1/enrolment/certificate', { body });
    saveAs(new Blob([answer.certificate, answer.authority]), `${answer.serial}.pem`);
    setIssued(answer.serial);
    form.resetFields();
    onDone();
  });
  return (
    <Modal
      open={open}
      destroyOnHidden
      title={<Both zh="提交证书请求(CSR)" en="Submit a certificate request" />}
      onCancel={onClose}
      afterClose={() => {
        setIssued('');
        send.clear();
      }}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okText={both('签发', 'Issue')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={send.fault} />
      {issued !== '' && (
        <Alert
          type="success"
          showIcon
          title={<Both zh={`已签发 ${issued},文件已下载。`} en="Issued; the file is downloaded." />}
        />
      )}
      <Form form={form} layout="vertical" preserve={false} onFinish={(fields) => void send.run(fields)}>
        <Form.Item name="code" label={<Both zh="登记码" en="One-time code" />} rules={[{ required: true, min: 8 }]}>
          <Input className="kcv" autoFocus />
        </Form.Item>
        <Form.Item
          name="csr"
          label={<Both zh="请求文件内容(PEM)" en="Request, PEM" />}
          rules={[
            { required: true, pattern: /BEGIN (NEW )?CERTIFICATE REQUEST/, message: 'PEM: BEGIN CERTIFICATE REQUEST' },
          ]}
        >
          <Input.TextArea rows={6} className="kcv" />
        </Form.Item>
        <Upload
          accept=".csr,.pem"
          showUploadList={false}
          beforeUpload={async (file) => {
            form.setFieldValue('csr', await file.text());
            return Upload.LIST_IGNORE;
          }}
        >
          <button type="button" className="link-button">
            <Both zh="从文件读取…" en="read from a file…" />
          </button>
        </Upload>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
