/** Numbers of PKCS#11 names, a vendor's own included: a model's map is data, so an unknown name is a clear refusal. */
import pkcs11js from 'pkcs11js';
import { keyServiceErrors } from '../../errors.ts';

export type VendorNumbers = Readonly<Record<string, string>> | undefined;

/** pkcs11js has no name for these, PKCS#11 2.40 has. */
const MISSING: Readonly<Record<string, number>> = { CKM_AES_CMAC: 0x108a, CKM_DES3_CMAC: 0x138 };

export function pkcs11Number(name: string, vendor: VendorNumbers): number {
  const own = vendor?.[name];
  const value =
    own === undefined
      ? ((pkcs11js as unknown as Record<string, unknown>)[name] ?? MISSING[name])
      : Number.parseInt(own, 16);
  if (typeof value !== 'number') throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `unknown ${name}` });
  return value;
}
