/**
 * A service or an agent as a member of the system's mutual TLS: it enrols at its first start with the one-time code that
 * lies in a file, calls key-service with its certificate, follows the revocation list, and renews in time. All without a
 * restart.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import {
  type Logger,
  type Revocations,
  readSecretFile,
  readTlsFolder,
  requireTlsFolder,
  type ServerTls,
  type TlsIdentity,
  tlsFetch,
} from '@rhc/service-shell';
import { enrolByCode, renewIfDue } from './enrolment.ts';
import { KeyServiceClient } from './key-service-client.ts';

export interface TlsMemberOptions {
  readonly folder: string;
  readonly keyServiceUrl: string;
  readonly name: string;
  /** Holds the one-time code (mode 0600); removed when it has been used. */
  readonly codeFile: string | undefined;
  /** The CA's certificate, handed over with the code. */
  readonly authorityFile: string | undefined;
  readonly now: () => Date;
  readonly logger: Logger;
}

const FOLLOW_EVERY_MS = 30_000;

export class TlsMember {
  readonly #options: TlsMemberOptions;
  #identity: TlsIdentity;
  #revocations: Revocations | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(options: TlsMemberOptions, identity: TlsIdentity) {
    this.#options = options;
    this.#identity = identity;
  }

  /** @throws TLS_FILES_INVALID with neither certificate nor code, ENROLMENT_CODE_REFUSED, KEY_SERVICE_UNREACHABLE */
  static async open(options: TlsMemberOptions): Promise<TlsMember> {
    const { folder, codeFile, authorityFile, keyServiceUrl, name } = options;
    const present = readTlsFolder(folder);
    if (present !== null) return new TlsMember(options, present);
    if (codeFile === undefined || authorityFile === undefined || !existsSync(codeFile)) {
      return new TlsMember(options, requireTlsFolder(folder));
    }
    const code = readSecretFile(codeFile).use((bytes) => new TextDecoder().decode(bytes));
    const authority = readFileSync(authorityFile, 'utf8');
    const identity = await enrolByCode({ folder, baseUrl: keyServiceUrl, name }, code, authority);
    rmSync(codeFile, { force: true });
    return new TlsMember(options, identity);
  }

  readonly identity = (): TlsIdentity => this.#identity;

  /** For a KeyServiceClient, in place of a token. */
  readonly fetch: typeof fetch = tlsFetch(() => this.#identity);

  server(): ServerTls {
    return { ...this.#identity, revocations: this.#revocations };
  }

  /** For a service's `certificateAuthenticator`: every request, also on connections that were open before. */
  readonly stillValid = async ({ serial }: { readonly serial: string }): Promise<boolean> =>
    !(this.#revocations?.serials.includes(serial) ?? false);

  /** One look at the revocation list and at the own certificate's age. @throws KEY_SERVICE_UNREACHABLE */
  async refresh(): Promise<void> {
    const { folder, keyServiceUrl, name, now } = this.#options;
    const { list, serials } = await new KeyServiceClient({ baseUrl: keyServiceUrl, fetch: this.fetch }).revocations();
    this.#revocations = { list, serials };
    const renewed = await renewIfDue({ folder, baseUrl: keyServiceUrl, name }, now());
    if (renewed !== null) this.#identity = renewed;
  }

  /** Follows list and age from now on. `onChange`: usually the server's `updateTls`. */
  follow(onChange: (tls: ServerTls) => void): void {
    this.#timer = setInterval(() => {
      this.refresh().then(
        () => onChange(this.server()),
        // The last list stays; when it runs out, TLS lets no certificate in until a new one has come.
        (error: unknown) => this.#options.logger.warn({ err: error }, 'revocation list and certificate'),
      );
    }, FOLLOW_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
