/**
 * The frame of a step: what is asked of the clerk in one sentence, the step itself, and its buttons with their keys beside
 * them. Enter presses the main button, which has the focus unless a field asks for words; function keys do from everywhere.
 */
import { Both, type Text } from '@rhc/console-shell';
import { Button } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';

export interface Action {
  readonly label: Text;
  /** As `KeyboardEvent.key` names it. */
  readonly hotkey: 'Enter' | 'Escape' | 'F2' | 'F4' | 'F8' | 'F9';
  run(): void;
  readonly busy?: boolean;
  readonly disabled?: boolean;
}

const SHOWN_KEYS: Readonly<Record<string, string>> = { Escape: 'Esc', Enter: 'Enter ⏎' };

interface Props {
  readonly task: Text;
  readonly actions: readonly Action[];
  /** False while a field of the step has the focus: the field's own Enter goes on then. */
  readonly focusMain?: boolean;
  readonly children: ReactNode;
}

export function StepFrame({ task, actions, focusMain = true, children }: Props): ReactNode {
  const latest = useRef(actions);
  latest.current = actions;
  const main = useRef<HTMLButtonElement>(null);
  const mainAction = actions.find(({ hotkey }) => hotkey === 'Enter');
  const ready = focusMain && mainAction !== undefined && mainAction.disabled !== true && mainAction.busy !== true;
  const word = mainAction?.label.zh;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another main button asks for the focus anew
  useEffect(() => {
    if (!ready) return;
    // After the console, which sets the focus on its heading when the page changes.
    const frame = requestAnimationFrame(() => main.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [ready, word]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter' || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const action = latest.current.find(({ hotkey }) => hotkey === event.key);
      if (action === undefined || action.disabled === true || action.busy === true) return;
      event.preventDefault();
      action.run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <section className="counter-step">
      <p className="counter-task">
        <Both {...task} />
      </p>
      <div className="counter-body">{children}</div>
      <div className="counter-actions">
        {actions.map(({ label, hotkey, run, busy = false, disabled = false }) => (
          <Button
            key={`${hotkey} ${label.zh}`}
            ref={hotkey === 'Enter' ? main : null}
            type={hotkey === 'Enter' ? 'primary' : 'default'}
            size="large"
            loading={busy}
            disabled={disabled}
            onClick={run}
          >
            <Both {...label} /> <kbd>{SHOWN_KEYS[hotkey] ?? hotkey}</kbd>
          </Button>
        ))}
      </div>
    </section>
  );
}

/** The focus for a field of the step, once the step is there. */
export function useFocusOn(selector: string, when: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `when` is the moment
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`.counter-step ${selector}`)?.focus(),
    );
    return () => cancelAnimationFrame(frame);
  }, [selector, when]);
}
