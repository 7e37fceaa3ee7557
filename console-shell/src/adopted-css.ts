/**
 * Stands in for the part of Ant Design's libraries that writes `<style>` elements, which the CSP refuses: a page's scroll
 * lock under a dialogue becomes an adopted style sheet instead. What is meant for a container of its own (the theme's
 * variables, see `start-console.tsx`) is left out. `scripts/web/antd-css.mjs` puts this module in place.
 */
interface Options {
  readonly attachTo?: Element | null;
}

const sheets = new Map<string, CSSStyleSheet>();

export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  if (options.attachTo == null) {
    const sheet = sheets.get(key) ?? new CSSStyleSheet();
    sheet.replaceSync(css);
    if (!sheets.has(key)) document.adoptedStyleSheets.push(sheet);
    sheets.set(key, sheet);
  }
  return document.createElement('style');
}

export function removeCSS(key: string): void {
  const sheet = sheets.get(key);
  if (sheet === undefined) return;
  sheets.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
}

export const injectCSS = (css: string): HTMLStyleElement => updateCSS(css, css);

export function clearContainerCache(): void {}
