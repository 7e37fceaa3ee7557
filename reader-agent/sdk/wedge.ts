/**
 * Keyboard-wedge: types what the card says into the field that has the focus, as a scanner would, for pages whose programs
 * cannot be changed beyond one script. `{idNumber}{tab}{name}{enter}`: elements by name, `{tab}` to the next field,
 * `{enter}` as the key. It types into the page that runs it; into windows of other programs no page and no agent of ours types.
 */
import type { Reading } from './reading.ts';

type Field = HTMLInputElement | HTMLTextAreaElement;

export function typeReading(reading: Reading, format: string, start: Element | null = document.activeElement): void {
  let field = fieldOf(start);
  for (const [piece] of format.matchAll(/\{[A-Za-z0-9]+\}|[^{]+/g)) {
    if (field === null) return;
    if (piece === '{enter}') pressEnter(field);
    else if (piece === '{tab}') field = nextField(field);
    else typeInto(field, piece.startsWith('{') ? reading.text(piece.slice(1, -1)) : piece);
  }
}

function fieldOf(element: Element | null): Field | null {
  const fits = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
  return fits && !element.readOnly && !element.disabled ? element : null;
}

function nextField(field: Field): Field | null {
  const all = [...document.querySelectorAll<Field>('input, textarea')].filter((each) => fieldOf(each) !== null);
  const next = all[all.indexOf(field) + 1] ?? null;
  next?.focus();
  return next;
}

function typeInto(field: Field, text: string): void {
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? field.value.length, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text, inputType: 'insertText' }));
}

function pressEnter(field: Field): void {
  const key = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true };
  const goesOn = field.dispatchEvent(new KeyboardEvent('keydown', key));
  field.dispatchEvent(new KeyboardEvent('keyup', key));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  if (goesOn && field instanceof HTMLInputElement) field.form?.requestSubmit();
}
