/** Loading the PKCS#11 module, finding a token, initialising one. Synchronous; runs in an HSM worker only. */
import pkcs11js from 'pkcs11js';
import { keyServiceErrors } from '../../errors.ts';
import type { InitialiseConfig } from '../protocol.ts';
import { hsmError } from './return-values.ts';

const { CKF_OS_LOCKING_OK, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKF_TOKEN_INITIALIZED, CKU_SO } = pkcs11js;

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

export function findSlot(module: Module, label: string): Handle {
  const slots = initialisedSlots(module, label);
  const [slot] = slots;
  if (slot === undefined) throw keyServiceErrors.make('HSM_TOKEN_MISSING', { detail: `label ${label}` });
  if (slots.length > 1) throw keyServiceErrors.make('HSM_TOKEN_AMBIGUOUS', { detail: `label ${label}` });
  return slot;
}

/** Initialises a free slot and sets the user PIN, unless a token of this label is there: then nothing changes. */
export function initialiseToken(config: InitialiseConfig): boolean {
  const module = openModule(config.modulePath);
  try {
    if (initialisedSlots(module, config.tokenLabel).length > 0) return false;
    const free = module
      .C_GetSlotList(true)
      .find((slot) => (module.C_GetTokenInfo(slot).flags & CKF_TOKEN_INITIALIZED) === 0);
    if (free === undefined) throw keyServiceErrors.make('HSM_TOKEN_MISSING', { detail: 'no free slot' });
    const soPin = Buffer.from(config.soPin).toString('latin1');
    // CK_UTF8CHAR label[32], blank padded: pkcs11js passes the text as it is.
    module.C_InitToken(free, soPin, config.tokenLabel.padEnd(LABEL_BYTES));
    const session = module.C_OpenSession(free, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    module.C_Login(session, CKU_SO, soPin);
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
