/**
 * Stands in for the parts of an endpoint table where only its rows are read (OpenAPI, the table of roles): any property
 * may be asked for, nothing may be called.
 */
export function unusedParts<T>(): T {
  const stand: unknown = new Proxy(() => undefined, {
    get: (_target, name) => (name === Symbol.toPrimitive ? () => 'unused part' : stand),
    apply: () => {
      throw new Error('a table read for its rows was called');
    },
  });
  return stand as T;
}
