/** An origin as a browser writes it: scheme, host and port, nothing else; `null` and extensions are none. */
export function isPageOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || text.length > 200 || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}
