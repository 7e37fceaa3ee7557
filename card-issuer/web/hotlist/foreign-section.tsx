/** Other provinces' lists: taken only under a signature of a key that was trusted beforehand. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  Section,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import type { ForeignHotlistsResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import { FileChoice } from '../file-choice.tsx';

export function ForeignSection({ mayTake }: { mayTake: boolean }): ReactNode {
  const lists = useLoad('foreign lists', (signal) =>
    everyPage<'lists', ForeignHotlistsResponse>('/v1/foreign-hotlists', 'lists', { signal }),
  );
  const notices = useNotices();
  const take = useDo(async (file: File) => {
    const made = await call<ForeignHotlistsResponse['lists'][number]>('POST', '/v1/foreign-hotlists', { body: file });
    notices.done({
      zh: `已收入 ${made.provinceCode} 省第 ${made.version} 版,共 ${made.entries} 张。`,
      en: `Version ${made.version} of province ${made.provinceCode} is taken.`,
    });
    lists.reload();
  });
  return (
    <div className="stack">
      {mayTake && (
        <Section title={{ zh: '导入外省名单', en: "Take another province's list" }}>
          <FaultNotice fault={take.fault} onClose={take.clear} />
          <FileChoice
            accept=".rhcl,.bin"
            file={null}
            hint={{
              zh: '名单文件(RHCL),验签后收入;旧于已有版本的不收',
              en: 'A hotlist file, taken when its signature is trusted and it is newer than what is held',
            }}
            onChoose={(file) => (file === null ? undefined : void take.run(file))}
          />
        </Section>
      )}
      <Section title={{ zh: '已有的外省名单', en: 'Lists that are held' }}>
        <FaultNotice fault={lists.fault} onRetry={lists.reload} />
        <Table
          size="small"
          rowKey="provinceCode"
          loading={lists.loading && lists.value === null}
          dataSource={[...(lists.value?.lists ?? [])]}
          pagination={false}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有外省名单。', en: 'No list of another province is held.' }}
                next={{
                  zh: '先把外省公钥登记到可信公钥文件,再导入其名单。',
                  en: "Trust the province's public key first, then take its list.",
                }}
              />
            ),
          }}
          columns={[
            { title: both('省', 'Province'), dataIndex: 'provinceCode' },
            { title: both('版本', 'Version'), dataIndex: 'version', align: 'right' },
            { title: both('张数', 'Cards'), dataIndex: 'entries', align: 'right' },
            { title: both('制成', 'Made'), render: (_, { madeAt }) => <When at={madeAt} /> },
            { title: both('签名密钥', 'Key'), dataIndex: 'keyId', render: (id: string) => <code>{id}</code> },
            {
              title: both('导入', 'Taken'),
              render: (_, { importedAt, importedBy }) => (
                <>
                  <When at={importedAt} /> <small className="quiet">{importedBy}</small>
                </>
              ),
            },
          ]}
        />
        <p className="quiet">
          <Both zh="可信公钥由运行参数 RHC_ISSUER_TRUSTED_HOTLIST_KEYS_FILE 给出。" en="Trusted keys are a setting." />
        </p>
      </Section>
    </div>
  );
}
