/** Types of the example's signing keys for the tests. */
export declare class KeptSignatures {
  constructor(repository: string);
  sign(name: 'root' | 'issuer' | 'sam', message: Uint8Array): Uint8Array;
  save(): void;
}
export declare function publicKeyOf(name: 'root' | 'issuer' | 'sam'): Uint8Array;
