/** 1,359,823 → 1.36 MB; below ten thousand the bytes themselves. */
export function bytes(count: number): string {
  if (count < 10_000) return `${count.toLocaleString('zh-CN')} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} KB`;
  return `${(count / 1_000_000).toFixed(2)} MB`;
}
