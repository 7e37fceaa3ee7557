/**
 * Data keys of other services: key-service seals them under a key of the token and opens them again; it keeps none. What
 * they encipher (people's data, in card-issuer) never comes here.
 */
import { z } from 'zod';

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes, hex`);
const purpose = z.string().regex(/^[a-z0-9][a-z0-9./-]{0,63}$/);
const kek = z.string().regex(/^DEK\.KEK#\d{1,3}$/);
/** Nonce 12, key 32, tag 16. */
const sealed = hexOf(60);

/** POST /v1/data-keys/wrap */
export const wrapDataKeyRequest = z.strictObject({ purpose, key: hexOf(32) });
export const wrapDataKeyResponse = z.object({ kek, wrapped: sealed });
/** POST /v1/data-keys/unwrap */
export const unwrapDataKeyRequest = z.strictObject({ purpose, kek, wrapped: sealed });
export const unwrapDataKeyResponse = z.object({ key: hexOf(32) });

export type WrapDataKeyRequest = z.infer<typeof wrapDataKeyRequest>;
export type WrapDataKeyResponse = z.infer<typeof wrapDataKeyResponse>;
export type UnwrapDataKeyRequest = z.infer<typeof unwrapDataKeyRequest>;
export type UnwrapDataKeyResponse = z.infer<typeof unwrapDataKeyResponse>;
