/** What a card said, with its elements by their stable names (docs/card). */
interface Element {
  readonly id: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly value: string | boolean | null;
  readonly text?: { readonly zh: string; readonly en: string };
}

export class Reading {
  // biome-ignore lint/suspicious/noExplicitAny: the answer as it came, for pages without types (docs/api/reader-agent.json)
  readonly answer: any;

  constructor(answer: object) {
    this.answer = answer;
  }

  /** Of any part that was read; empty when the card holds nothing there. Coded elements as their Chinese text. */
  text(id: string): string {
    const element = this.element(id);
    if (element?.value == null) return '';
    return element.text?.zh ?? String(element.value);
  }

  element(id: string): Element | undefined {
    const parts = ['identity', 'elements', 'alerts', 'contacts', 'psychiatric'];
    return parts.flatMap((part) => (this.answer[part] ?? []) as Element[]).find((each) => each.id === id);
  }

  get genuine(): boolean {
    return this.answer.genuine === true;
  }
  get insertion(): number {
    return this.answer.insertion;
  }
  /** For the `src` of an image; null when the card has none or it was not read. */
  get photo(): string | null {
    const { photo } = this.answer;
    return typeof photo === 'string' ? `data:image/jpeg;base64,${photo}` : null;
  }
}
