export interface PostgresCluster {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly url: string;
  /** Major version, for example `15`. */
  readonly version: string;
  stop(): Promise<void>;
}
/** A private cluster in a temporary folder below `parentDir` (default /tmp) on a free loopback port. */
export declare function startPostgresCluster(options?: { parentDir?: string; port?: number }): Promise<PostgresCluster>;
