/**
 * The frame of a console: menu in groups at the left (Alt+1 … Alt+9, Alt+0), who is signed in and the lights at the top,
 * the page in the middle. The page's heading takes the focus when the page changes, so that a reader of the screen says
 * where one is and Tab goes on inside the page.
 */
import { Badge, Button, Layout, Menu, type MenuProps } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Text } from './api.ts';
import { Both } from './both.tsx';
import { goTo, useHashPath } from './hash-path.ts';
import { KeysHelp } from './keys-help.tsx';
import { whenText } from './when.tsx';

export interface ConsolePage {
  /** Fragment path, for example `rotation` gives `#/rotation`. */
  readonly path: string;
  readonly title: Text;
  readonly icon?: ReactNode;
  /** Pages of the same heading follow each other in the list. */
  readonly group?: Text;
  /** How many things wait there; 0 shows nothing. */
  readonly waiting?: number;
  /** Rest of the fragment after the path, for example an id; empty when there is none. */
  render(rest: string): ReactNode;
}

export interface ConsoleProps {
  readonly title: Text;
  /** Shown at the top: light of health, who is signed in (`<SignedIn>`). */
  readonly status?: ReactNode;
  readonly pages: readonly ConsolePage[];
  readonly onSignOut?: () => void;
  /** A band over everything: `<Band>`, for example 演练 rehearsal. */
  readonly banner?: ReactNode;
  /** Over and over behind the page, on screen and on paper, for example 培训 training. */
  readonly watermark?: Text;
}

/** Alt and this key open the page at this place of the list. */
export const PAGE_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

export function Console({ title, status, pages, onSignOut, banner, watermark }: ConsoleProps): ReactNode {
  const path = useHashPath();
  const page = pages.find((each) => path === each.path || path.startsWith(`${each.path}/`)) ?? pages[0];
  const heading = useRef<HTMLHeadingElement>(null);
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey) return;
      if (event.altKey) {
        const wanted = pages[PAGE_KEYS.indexOf(event.key)];
        if (wanted === undefined) return;
        event.preventDefault();
        goTo(wanted.path);
      } else if (event.key === '?' && !isTyping(event.target)) setHelp(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [pages]);
  const name = page?.path;
  const shown = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (page !== undefined) document.title = `${page.title.zh} · ${title.zh}`;
    // Not on arrival: whoever opens the console begins at its top.
    if (shown.current !== undefined && shown.current !== name) heading.current?.focus();
    shown.current = name;
  }, [page, name, title]);
  if (page === undefined) return null;
  return (
    <Layout className="console">
      <button type="button" className="skip" onClick={() => heading.current?.focus()}>
        <Both zh="跳到正文" en="Skip to content" />
      </button>
      <Layout.Sider width={216} theme="dark" className="console-menu" role="navigation" aria-label="菜单 Menu">
        <h1>
          <Both {...title} />
        </h1>
        <Menu
          mode="inline"
          theme="dark"
          inlineIndent={16}
          selectedKeys={[page.path]}
          onClick={({ key }) => goTo(key)}
          items={menuItems(pages)}
        />
      </Layout.Sider>
      <Layout className="console-body">
        {banner}
        <Layout.Header className="console-header">
          <h2 ref={heading} tabIndex={-1}>
            <Both {...page.title} />
          </h2>
          <div className="console-status">
            {status}
            <Button size="small" type="text" onClick={() => setHelp(true)} aria-label="快捷键 Keyboard help">
              ?
            </Button>
            {onSignOut !== undefined && (
              <Button size="small" onClick={onSignOut}>
                <Both zh="退出" en="Sign out" />
              </Button>
            )}
          </div>
        </Layout.Header>
        <p className="print-only print-head">
          {title.zh} {title.en} · {page.title.zh} {page.title.en} · {whenText(new Date())}
        </p>
        <Layout.Content id="main" className="console-content">
          <Marked text={watermark}>{page.render(path === page.path ? '' : path.slice(page.path.length + 1))}</Marked>
        </Layout.Content>
      </Layout>
      <KeysHelp open={help} onClose={() => setHelp(false)} pages={pages} />
    </Layout>
  );
}

/** Enough to cover the highest page; what lies below it is cut off. */
const MARKS = 200;

/** Text and not antd's picture: its `style` attributes are refused by the content security policy of our services. */
function Marked({ text, children }: { text: Text | undefined; children: ReactNode }): ReactNode {
  if (text === undefined) return children;
  return (
    <div className="marked">
      {children}
      <div className="watermark" aria-hidden="true">
        {Array.from({ length: MARKS }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: all are alike
          <span key={at}>
            {text.zh} {text.en}
          </span>
        ))}
      </div>
    </div>
  );
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

type Items = NonNullable<MenuProps['items']>;

function menuItems(pages: readonly ConsolePage[]): Items {
  const groups = new Map<string, { text: Text | undefined; children: Items }>();
  for (const [at, { path, title, icon, group, waiting = 0 }] of pages.entries()) {
    const name = group?.zh ?? '';
    if (!groups.has(name)) groups.set(name, { text: group, children: [] });
    groups.get(name)?.children.push({
      key: path,
      icon,
      label: (
        <span className="menu-label">
          <Both {...title} />
          {waiting > 0 && <Badge count={waiting} size="small" title={`${waiting} 项待办 waiting`} />}
        </span>
      ),
      title: at < PAGE_KEYS.length ? `Alt+${PAGE_KEYS[at]}` : '',
    });
  }
  return [...groups].flatMap(
    ([name, { text, children }]): Items =>
      text === undefined ? children : [{ type: 'group', key: `group ${name}`, label: <Both {...text} />, children }],
  );
}
