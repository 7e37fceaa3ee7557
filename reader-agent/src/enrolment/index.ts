/**
 * The agent's TLS identity. Hospital IT puts the one-time code and the CA's certificate beside the settings; at its next
 * start the agent makes its key (mode 0600, it never leaves the machine), enrols, and forgets the code.
 */
import { TlsMember } from '@rhc/key-service/client';
import type { Logger } from '@rhc/service-shell';

export interface EnrolmentSettings {
  readonly tlsFolder: string | undefined;
  readonly enrolmentCodeFile: string | undefined;
  readonly authorityFile: string | undefined;
  readonly keyServiceUrl: string;
  readonly agentId: string;
}

/** Null where TLS is not set up (loopback, trials). @throws TLS_FILES_INVALID, ENROLMENT_CODE_REFUSED */
export function agentIdentity(settings: EnrolmentSettings, now: () => Date, logger: Logger): Promise<TlsMember> | null {
  const { tlsFolder, enrolmentCodeFile, authorityFile, keyServiceUrl, agentId } = settings;
  if (tlsFolder === undefined) return null;
  return TlsMember.open({
    folder: tlsFolder,
    keyServiceUrl,
    name: agentId,
    codeFile: enrolmentCodeFile,
    authorityFile,
    now,
    logger,
  });
}
