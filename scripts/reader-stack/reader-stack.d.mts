import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** TCP ports of the two virtual readers, inside the namespace only. */
export declare const READER_PORTS: readonly [35963, 35964];
export declare const READER_NAMES: readonly [string, string];

export interface ReaderStack {
  /** For clients outside: PCSCLITE_CSOCK_NAME. */
  readonly csockName: string;
  readonly ports: readonly [35963, 35964];
  readonly readerNames: readonly [string, string];
  /** Process that keeps the namespaces alive. */
  readonly holderPid: number;
  readonly pcscdPid: number;
  /** Runs a program inside the namespaces; it dies with this process and with the stack. */
  enter(command: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Ends pcscd (if it still runs) and starts it anew, with its readers or with none plugged in; the virtual cards have to connect again. */
  restartPcscd(options?: { readonly readers?: boolean }): Promise<void>;
  /** Ends everything inside and leaves nothing behind. */
  stop(): Promise<void>;
}

/** `socketDir` becomes `/run/pcscd` inside; `logFile` takes what pcscd says. */
export declare function startReaderStack(options: { socketDir: string; logFile: string }): Promise<ReaderStack>;
