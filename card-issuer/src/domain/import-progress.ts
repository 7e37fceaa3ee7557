/** How far an import is, how fast it goes, and how long it will take at that rate. */
export interface ImportCount {
  readonly rowsTotal: number;
  readonly rowsDone: number;
  readonly runningMs: number;
}

export function importProgress({ rowsTotal, rowsDone, runningMs }: ImportCount): {
  readonly share: number;
  readonly rowsPerSecond: number | null;
  readonly secondsLeft: number | null;
} {
  const rowsPerSecond = rowsDone === 0 || runningMs <= 0 ? null : (rowsDone * 1000) / runningMs;
  const left = Math.max(0, rowsTotal - rowsDone);
  return {
    share: rowsTotal === 0 ? 1 : Math.min(1, rowsDone / rowsTotal),
    rowsPerSecond: rowsPerSecond === null ? null : Math.round(rowsPerSecond),
    secondsLeft: rowsPerSecond === null ? null : Math.ceil(left / rowsPerSecond),
  };
}
