/**
 * Ant Design's ready-made style sheet, fitted to the house. It is rendered for one React id, which a page in the browser
 * never has, so the class that carries its variables gets a fixed name (`console-shell/src/start-console.tsx` asks for
 * the same one). Its colours are exchanged by the table: the variables of single components hold copies of them, so that
 * setting the theme's variables alone would leave half of the page in the old ones. Words on a tinted ground reach a
 * contrast of 4.5 : 1 and edges of fields 3 : 1, which the original's do not.
 */

export const CSS_VARIABLES_CLASS = 'css-var-rhc';

/** Original → ours. */
const COLOURS = {
  // Blue: what can be pressed.
  '#e6f4ff': '#e8f0fc',
  '#bae0ff': '#c9dcf8',
  '#91caff': '#9dbdf0',
  '#69b1ff': '#5f93e0',
  '#4096ff': '#2a68c8',
  '#1677ff': '#0b55b7',
  '#0958d9': '#073f8a',
  // Green: good.
  '#f6ffed': '#ecf8f0',
  '#d9f7be': '#cfeeda',
  '#b7eb8f': '#9bd4ae',
  '#95de64': '#4fae6f',
  '#73d13d': '#2a9150',
  '#52c41a': '#19753a',
  '#389e0d': '#125c2d',
  // Amber: look at it.
  '#fffbe6': '#fff7e0',
  '#fff1b8': '#fbe8b8',
  '#ffe58f': '#efcb7c',
  '#ffd666': '#dfae45',
  '#ffc53d': '#b97a0c',
  '#faad14': '#965c00',
  '#d48806': '#744700',
  // Red: stop.
  '#fff2f0': '#fdefed',
  '#fff1f0': '#fdefed',
  '#ffccc7': '#f4bfba',
  '#ffa39e': '#ea9a93',
  '#ff7875': '#d4483e',
  '#ff4d4f': '#b9241a',
  '#d9363e': '#941a12',
  // Grounds, edges, quieter words.
  '#f5f5f5': '#f2f4f8',
  '#fafafa': '#f3f6fa',
  '#f0f0f0': '#e2e7ee',
  '#d9d9d9': '#8c97a8',
  'rgba(0,0,0,0.45)': 'rgba(0,0,0,0.62)',
  'rgba(0,0,0,0.25)': 'rgba(0,0,0,0.5)',
};

/** @param {string} css @returns {string} @throws Error when a new release of Ant Design renders its sheet differently */
export function fitAntdCss(css) {
  // Demonstrations that were rendered along with it have small blocks of their own; the theme's name stands most often.
  const uses = new Map();
  for (const [key] of css.matchAll(/css-var-_R_\w+/g)) uses.set(key, (uses.get(key) ?? 0) + 1);
  const key = [...uses].sort(([, a], [, b]) => b - a)[0]?.[0];
  if (key === undefined) throw new Error('antd.css has no block of variables: look at scripts/web/antd-css.mjs');
  const missing = Object.keys(COLOURS).filter((colour) => !css.includes(colour));
  if (missing.length > 0) throw new Error(`antd.css has lost the colours ${missing.join(', ')}`);
  return css
    .replaceAll(key, CSS_VARIABLES_CLASS)
    .replaceAll(/#[0-9a-f]{6}\b|rgba\(0,0,0,0\.\d+\)/gi, (colour) => COLOURS[colour.toLowerCase()] ?? colour);
}

/** @param {string} consoleShell folder of its sources @returns {import('vite').Plugin} */
export const antdCss = (consoleShell) => ({
  name: 'rhc-antd-css',
  enforce: 'pre',
  resolveId: (source) => (/(^|\/)Dom\/dynamicCSS(\.js)?$/.test(source) ? `${consoleShell}/adopted-css.ts` : null),
  transform: (code, id) => (id.endsWith('antd/dist/antd.css') ? { code: fitAntdCss(code), map: null } : null),
});
