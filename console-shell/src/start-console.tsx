/** Starts a console in `#root`, in Chinese, without one inline style (CSP: `style-src 'self'`). */
import { StyleProvider } from '@ant-design/cssinjs';
import { App, ConfigProvider } from 'antd';
import zhCN from 'antd/locale/zh_CN.js';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { accessToken } from './api.ts';

/** The class under which `scripts/web/antd-css.mjs` puts Ant Design's variables. */
const CSS_VARIABLES_CLASS = 'css-var-rhc';

export function startConsole(content: ReactNode): void {
  accessToken.take();
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  // Ant Design writes its variables at run time all the same; written here, outside of the page, nothing refuses them.
  const nowhere = document.createElement('div');
  createRoot(root).render(
    <StrictMode>
      <StyleProvider container={nowhere}>
        <ConfigProvider
          locale={zhCN}
          theme={{ zeroRuntime: true, cssVar: { key: CSS_VARIABLES_CLASS } }}
          button={{ autoInsertSpace: false }}
        >
          <App className="console-app">{content}</App>
        </ConfigProvider>
      </StyleProvider>
    </StrictMode>,
  );
}
