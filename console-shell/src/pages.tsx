/** Lists that come page by page under a cursor: which page is shown, and the two buttons that turn it. */
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { Both } from './both.tsx';

export interface Pages<C> {
  /** Where the page begins; undefined: the first one. */
  readonly cursor: C | undefined;
  /** Back to the first page, as when something else is looked for. */
  restart(): void;
  back(): void;
  forward(next: C): void;
}

export function usePages<C extends string | number = string>(): Pages<C> {
  /** Cursors of the pages after the first one that were turned to; the last one is shown. */
  const [turned, setTurned] = useState<readonly C[]>([]);
  return {
    cursor: turned.at(-1),
    restart: () => setTurned([]),
    back: () => setTurned((now) => now.slice(0, -1)),
    forward: (next) => setTurned((now) => [...now, next]),
  };
}

/** @param next where the next page begins; null: this is the last one @param disabled something else than a page is shown */
export function PageButtons<C extends string | number>({
  pages,
  next,
  disabled = false,
}: {
  pages: Pages<C>;
  next: C | null;
  disabled?: boolean;
}): ReactNode {
  return (
    <>
      <Button size="small" disabled={disabled || pages.cursor === undefined} onClick={pages.back}>
        <Both zh="上页" en="Back" />
      </Button>
      <Button size="small" disabled={disabled || next === null} onClick={() => next !== null && pages.forward(next)}>
        <Both zh="下页" en="Next" />
      </Button>
    </>
  );
}
