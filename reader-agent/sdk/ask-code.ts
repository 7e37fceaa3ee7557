/** Asks the clerk for the six digits that the agent's page shows; a page with a dialogue of its own passes `askCode`. */
export type AskCode = (agentPage: string) => Promise<string | null>;

/** No markup and no style of its own, so that a strict CSP does not mind it. */
export const askCodeByDialog: AskCode = (agentPage) =>
  new Promise((done) => {
    const dialog = document.createElement('dialog');
    const form = document.createElement('form');
    form.method = 'dialog';
    const label = document.createElement('label');
    label.textContent = '请输入读卡程序显示的六位配对码 Six-digit code shown by the reader agent: ';
    const input = Object.assign(document.createElement('input'), {
      inputMode: 'numeric',
      pattern: '[0-9]{6}',
      maxLength: 6,
      required: true,
      autocomplete: 'off',
    });
    label.append(input);
    const link = Object.assign(document.createElement('a'), {
      href: agentPage,
      target: '_blank',
      rel: 'noopener',
      textContent: '打开读卡程序 Open the agent',
    });
    const go = Object.assign(document.createElement('button'), { textContent: '配对 Pair' });
    form.append(label, go, document.createElement('br'), link);
    dialog.append(form);
    let code: string | null = null;
    form.addEventListener('submit', () => {
      code = input.value;
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(code);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
