/** One line: a newer version is there. Fetching and installing is IT's. */
import { call, useLoad } from '@rhc/console-shell';
import { Alert } from 'antd';
import type { UpdateState } from '../../src/contract/index.ts';

const REFRESH_MS = 10 * 60_000;

export function UpdateLine() {
  const update = useLoad('update', (signal) => call<UpdateState>('GET', '/v1/update', { signal }), REFRESH_MS);
  const state = update.value;
  if (state === null || !state.on) return null;
  if (state.newer !== null) {
    const { version } = state.newer;
    return (
      <Alert
        id="update"
        type="info"
        showIcon
        title={`已有新版本 ${version}（本机 ${state.version}），请由信息科安装。 Version ${version} is there (this is ${state.version}); your IT installs it.`}
      />
    );
  }
  if (state.error === null) return null;
  const { message } = state.error;
  return <Alert id="update" type="warning" title={`${message.zh} ${message.en}`} />;
}
