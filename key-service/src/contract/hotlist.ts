/** Signatures under hotlists. card-issuer makes the list; what key-service sees of it is its hash, number and size. */
import { z } from 'zod';

/** Name of the key pair in the token, and in a list's signature. */
export const HOTLIST_KEY = 'HOTLIST#1';
/** Suite of that pair; agents verify under what stands before the key in their file. */
export const HOTLIST_SUITE = 'intl-128';
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes, hex`);

/** POST /v1/hotlist/signature: SHA-256 over the list without its signature. */
export const signHotlistRequest = z.strictObject({
  sha256: hexOf(32),
  version: z.int().min(1).max(0xffff_ffff),
  entries: z.int().min(0).max(100_000_000),
});
/** r ‖ s, ECDSA on P-256. */
export const signHotlistResponse = z.object({ keyId: z.string(), signature: hexOf(64) });
/** GET /v1/hotlist/key: x ‖ y; an agent keeps `suite:publicKey` in `RHC_READER_AGENT_HOTLIST_KEY_FILE`. */
export const hotlistKeyResponse = z.object({
  keyId: z.string(),
  suite: z.enum(['intl-128', 'sm-128']),
  publicKey: hexOf(64),
});

export type SignHotlistRequest = z.infer<typeof signHotlistRequest>;
export type SignHotlistResponse = z.infer<typeof signHotlistResponse>;
export type HotlistKeyResponse = z.infer<typeof hotlistKeyResponse>;
