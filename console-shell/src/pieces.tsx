/** Small pieces that every page is made of: lights, figures, empty states, bands, sections. */
import { Button, Card, Empty, Tag } from 'antd';
import type { ReactNode } from 'react';
import type { Text } from './api.ts';
import { Both } from './both.tsx';

export type Light = 'good' | 'warn' | 'bad' | 'idle' | 'busy';
const COLOURS = { good: 'success', warn: 'warning', bad: 'error', idle: 'default', busy: 'processing' } as const;
const SIGNS = { good: '✓', warn: '!', bad: '✕', idle: '·', busy: '…' } as const;

/** Green, amber, red, blue or grey; the sign before the words says the same to those who do not see the colour. */
export function StatusTag({ state, children }: { state: Light; children: ReactNode }): ReactNode {
  return (
    <Tag color={COLOURS[state]} className="light">
      <b aria-hidden="true">{SIGNS[state]}</b> {children}
    </Tag>
  );
}

/** A titled part of a page, with its tools at the right. */
export function Section({
  title,
  tools,
  children,
  className = '',
}: {
  title: Text;
  tools?: ReactNode;
  children: ReactNode;
  className?: string;
}): ReactNode {
  return (
    <Card size="small" className={`section ${className}`} title={<Both {...title} />} extra={tools}>
      {children}
    </Card>
  );
}

/** One number that matters, with what it counts and a light. */
export function Figure({
  label,
  value,
  note,
  state = 'idle',
}: {
  label: Text;
  value: ReactNode;
  note?: ReactNode;
  state?: Light;
}): ReactNode {
  return (
    <div className={`figure figure-${state}`}>
      <div className="figure-label">
        <Both {...label} />
      </div>
      <div className="figure-value">{value}</div>
      <div className="figure-note">{note ?? ' '}</div>
    </div>
  );
}

/** Nothing here: says why, and what to do. */
export function EmptyHint({
  text,
  next,
  action,
}: {
  text: Text;
  next: Text;
  action?: { label: Text; run: () => void };
}): ReactNode {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div>
            <Both {...text} />
          </div>
          <div>
            → <Both {...next} />
          </div>
        </>
      }
    >
      {action !== undefined && (
        <Button type="primary" onClick={action.run}>
          <Both {...action.label} />
        </Button>
      )}
    </Empty>
  );
}

/** Over everything, striped: this is a rehearsal, this is training, this key is compromised. */
export function Band({ kind, children }: { kind: 'rehearsal' | 'alarm'; children: ReactNode }): ReactNode {
  return (
    <div className={`band band-${kind}`} role="status">
      {children}
    </div>
  );
}

/** Bytes that people compare: groups of four, the whole for the clipboard. */
export function Code({ children }: { children: string }): ReactNode {
  return (
    <code className="code-groups" title={children}>
      {children.match(/.{1,4}/g)?.map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the groups of one text do not move
        <span key={at}>{group}</span>
      ))}
    </code>
  );
}

/** In a form inside a dialogue, whose OK button stands outside of the form: Enter in a field submits all the same. */
export function SubmitOnEnter(): ReactNode {
  return <button type="submit" hidden tabIndex={-1} aria-hidden="true" />;
}
