/** The frame of a console: menu at the left (Alt+1 … Alt+9), who is signed in at the top, the page in the middle. */
import { App, Button, ConfigProvider, Layout, Menu, Space, Tag } from 'antd';
import zhCN from 'antd/locale/zh_CN';
import { type ReactNode, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { accessToken, type Text } from './api.ts';
import { Both } from './both.tsx';

export interface ConsolePage {
  /** Fragment path, for example `rotation` gives `#/rotation`. */
  readonly path: string;
  readonly title: Text;
  readonly icon?: ReactNode;
  /** Rest of the fragment after the path, for example an id; empty when there is none. */
  render(rest: string): ReactNode;
}

export interface ConsoleProps {
  readonly title: Text;
  /** Shown at the top: who is signed in, light of health. */
  readonly status?: ReactNode;
  readonly pages: readonly ConsolePage[];
  readonly onSignOut?: () => void;
  /** A band over everything, for example 培训模式 training mode. */
  readonly banner?: ReactNode;
}

export function goTo(path: string): void {
  location.hash = `#/${path}`;
}

function currentPath(): string {
  return location.hash.startsWith('#/') ? decodeURIComponent(location.hash.slice(2)) : '';
}

/** The fragment after `#/`, followed. */
export function useHashPath(): string {
  const [path, setPath] = useState(currentPath);
  useEffect(() => {
    const follow = () => setPath(currentPath());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return path;
}

export function Console({ title, status, pages, onSignOut, banner }: ConsoleProps): ReactNode {
  const path = useHashPath();
  const page = pages.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? pages[0];
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const wanted = event.altKey && !event.ctrlKey && !event.metaKey ? pages[Number(event.key) - 1] : undefined;
      if (wanted === undefined) return;
      event.preventDefault();
      goTo(wanted.path);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [pages]);
  useEffect(() => {
    if (page !== undefined) document.title = `${page.title.zh} · ${title.zh}`;
  }, [page, title]);
  if (page === undefined) return null;
  return (
    <Layout className="console">
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        <Both zh="跳到正文" en="Skip to content" />
      </button>
      <Layout.Sider width={208} theme="light" className="console-menu">
        <h1>
          <Both {...title} />
        </h1>
        <Menu
          mode="inline"
          selectedKeys={[page.path]}
          onClick={({ key }) => goTo(key)}
          items={pages.map(({ path: key, title: text, icon }, at) => ({
            key,
            icon,
            label: <Both {...text} />,
            title: at < 9 ? `Alt+${at + 1}` : '',
          }))}
        />
      </Layout.Sider>
      <Layout>
        {banner}
        <Layout.Header className="console-header">
          <h2>
            <Both {...page.title} />
          </h2>
          <Space>
            {status}
            {onSignOut !== undefined && (
              <Button size="small" onClick={onSignOut}>
                <Both zh="退出" en="Sign out" />
              </Button>
            )}
          </Space>
        </Layout.Header>
        <Layout.Content id="main" tabIndex={-1} className="console-content">
          {page.render(path === page.path ? '' : path.slice(page.path.length + 1))}
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** Green, amber or red, always with words beside it. */
export function StatusTag({
  state,
  children,
}: {
  state: 'good' | 'warn' | 'bad' | 'idle';
  children: ReactNode;
}): ReactNode {
  const color = { good: 'success', warn: 'warning', bad: 'error', idle: 'default' }[state];
  return <Tag color={color}>{children}</Tag>;
}

/** Starts a console in `#root`; styles come from `antd/dist/antd.css`, so that no inline style is needed (CSP). */
export function startConsole(content: ReactNode): void {
  accessToken.take();
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <ConfigProvider locale={zhCN} theme={{ zeroRuntime: true }} button={{ autoInsertSpace: false }}>
        <App>{content}</App>
      </ConfigProvider>
    </StrictMode>,
  );
}
