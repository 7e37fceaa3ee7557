/** Loading the PKCS#11 module, finding a token, initialising one. Synchronous; runs in an HSM worker only. */
import pkcs11js from 'pkcs11js';
import { keyServiceErrors } from '../../errors.ts';
import type { InitialiseConfig } from '../protocol.ts';
import { hsmError } from './return-values.ts';

const {
  CKF_OS_LOCKING_OK,
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKF_TOKEN_INITIALIZED,
  CKF_USER_PIN_INITIALIZED,
  CKU_SO,
} = pkcs11js;

const LABEL_BYTES = 32;

export type Handle = pkcs11js.Handle;
export type Module = pkcs11js.PKCS11;

export function openModule(path: string): Module {
  const module = new pkcs11js.PKCS11();
  try {
    module.load(path);
  } catch {
    throw keyServiceErrors.make('HSM_MODULE_MISSING', { detail: path });
  }
  try {
    // Without this flag SoftHSM2 switches its mutexes off (KEYS.md).
    module.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  } catch (error) {
    throw hsmError(error, 'C_Initialize');
  }
  return module;
}

export function closeModule(module: Module): void {
  try {
    module.C_Finalize();
    module.close();
  } catch {
    // The process ends anyway; the token keeps nothing of a session.
  }
}

function initialisedSlots(module: Module, label: string): Handle[] {
  return module.C_GetSlotList(true).filter((slot) => {
    const info = module.C_GetTokenInfo(slot);
    return (info.flags & CKF_TOKEN_INITIALIZED) !== 0 && info.label.trimEnd() === label;
  });
}

const isWhole = (module: Module, slot: Handle): boolean =>
  (module.C_GetTokenInfo(slot).flags & CKF_USER_PIN_INITIALIZED) !== 0;

/** Null where the SO PIN does not fit: SoftHSM2 killed within C_InitToken leaves a label whose SO PIN was never written. */
function officerSession(module: Module, slot: Handle, soPin: string): Handle | null {
  const session = module.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
  try {
    module.C_Login(session, CKU_SO, soPin);
    return session;
  } catch {
    module.C_CloseSession(session);
    return null;
  }
}

function initialisedSlot(module: Module, soPin: string, label: string): Handle {
  const free = module
    .C_GetSlotList(true)
    .find((slot) => (module.C_GetTokenInfo(slot).flags & CKF_TOKEN_INITIALIZED) === 0);
  if (free === undefined) throw keyServiceErrors.make('HSM_TOKEN_MISSING', { detail: 'no free slot' });
  // CK_UTF8CHAR label[32], blank padded: pkcs11js passes the text as it is.
  module.C_InitToken(free, soPin, label.padEnd(LABEL_BYTES));
  return free;
}

export function findSlot(module: Module, label: string): Handle {
  // One without a user PIN was cut while it was made: nobody ever logged in to it, and a whole one may stand beside it.
  const slots = initialisedSlots(module, label).filter((each) => isWhole(module, each));
  const [slot] = slots;
  if (slot === undefined) throw keyServiceErrors.make('HSM_TOKEN_MISSING', { detail: `label ${label}` });
  if (slots.length > 1) throw keyServiceErrors.make('HSM_TOKEN_AMBIGUOUS', { detail: `label ${label}` });
  return slot;
}

/**
 * Initialises a free slot and sets the user PIN. A token of this label that has its user PIN stays as it is; one that a cut
 * left without is finished, or, where its SO PIN was cut too, a whole one is made beside it (it holds nothing).
 * @returns false when nothing had to be done
 */
export function initialiseToken(config: InitialiseConfig): boolean {
  const module = openModule(config.modulePath);
  try {
    const present = initialisedSlots(module, config.tokenLabel);
    if (present.some((slot) => isWhole(module, slot))) return false;
    const soPin = Buffer.from(config.soPin).toString('latin1');
    const session =
      present.map((slot) => officerSession(module, slot, soPin)).find((each) => each !== null) ??
      officerSession(module, initialisedSlot(module, soPin, config.tokenLabel), soPin);
    if (session === null)
      throw keyServiceErrors.make('HSM_TOKEN_MISSING', { detail: 'a new token refuses its SO PIN' });
    module.C_InitPIN(session, Buffer.from(config.pin).toString('latin1'));
    module.C_Logout(session);
    module.C_CloseSession(session);
    return true;
  } catch (error) {
    throw hsmError(error, 'initialise token');
  } finally {
    closeModule(module);
  }
}
