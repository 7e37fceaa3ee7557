/**
 * How much a run of the fuzzers does. CI takes the fixed numbers and seed; `npm run fuzz -- --apdus N --seed S` sets the
 * environment. The seed is printed by fast-check with every fault, with the path of the shrunk case.
 */
export const FUZZ_SEED = Number(process.env.RHC_FUZZ_SEED ?? 20261124);
/** APDUs into cards and SAMs together. */
export const FUZZ_APDUS = Number(process.env.RHC_FUZZ_APDUS ?? 210_000);
/** Runs of the other properties grow with the APDUs. */
export const FUZZ_FACTOR = Math.max(1, Math.round(FUZZ_APDUS / 210_000));
export const FUZZ_TIMEOUT_MS = 60_000 * Math.max(1, FUZZ_FACTOR * 2);
