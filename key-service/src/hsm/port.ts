/**
 * What the rest of key-service asks of an HSM: macro-operations, one message each, so that a whole card costs one
 * round trip to the worker. Keys are named by paths; no key byte crosses this port. Every operation is idempotent,
 * which is why a lost worker's requests may simply be run again.
 */
import type { Text } from '@rhc/card/errors';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { CeremonyPlace } from '../contract/approvals.ts';
import type { BackedUpRoot } from '../domain/backup/root-backup.ts';
import type { KeyBlockHeader } from '../domain/key-block/header.ts';
import type { Authority } from '../domain/quorum/judge.ts';
import type { PrivilegedHsmName } from '../domain/quorum/operations.ts';
import type { RosterPointer, SealedRoster } from '../domain/quorum/roster.ts';

/** A token root and the 16-byte blocks by which it is dispersed, root first; `[]` is the root itself. */
export interface KeyPath {
  /** Label in the token, for example `RK1.DDF1#1`. */
  readonly root: string;
  readonly blocks: readonly Uint8Array[];
  /** How many leading blocks give a key worth keeping in the worker (1 for the province level, else 0). */
  readonly cachedBlocks: 0 | 1;
}

/** Cryptogram of an external authentication: halves-XOR of E(SK, R_T ‖ 0⁸); R_T is the token's random. */
export interface Cryptogram {
  readonly cryptogram: Uint8Array;
  readonly terminalRandom: Uint8Array;
}

export interface KeyLoadInput {
  readonly key: KeyPath;
  /** CLA INS P1 P2 Lc of WRITE KEY. */
  readonly header: Uint8Array;
  /** B1 of the ADR: the key's description, 16 bytes. */
  readonly description: Uint8Array;
}

export interface PrepareInput {
  readonly masterKey: KeyPath;
  /** R ‖ ¬R, giving SKe (which is also the session key of the authentication). */
  readonly encipherBlock: Uint8Array;
  /** ¬R ‖ R, giving SKm. */
  readonly macBlock: Uint8Array;
  readonly loads: readonly KeyLoadInput[];
  readonly securityCode: { readonly root: string; readonly block: Uint8Array };
}

export interface PrepareOutput extends Cryptogram {
  readonly loads: readonly { readonly cipher: Uint8Array; readonly mac: Uint8Array; readonly kcv: Uint8Array }[];
  readonly macChaining: Uint8Array;
  readonly securityCode: string;
}

export interface FinishInput {
  readonly masterKey: KeyPath;
  readonly macBlock: Uint8Array;
  readonly macChaining: Uint8Array;
  /** Header and data of END PERSONALIZATION, to be padded and MACed. */
  readonly endCommand: Uint8Array;
  /** The undispersed root and the challenge's block. */
  readonly negativeControl: KeyPath;
}

export interface FinishOutput {
  readonly mac: Uint8Array;
  readonly negativeControl: Cryptogram;
}

/** One channel of a card in the field; the MAC chain runs over the loads and then the retirements. */
export interface RekeyInput extends Pick<PrepareInput, 'masterKey' | 'encipherBlock' | 'macBlock' | 'loads'> {
  readonly retirements: readonly {
    /** CLA INS P1 P2 Lc of RETIRE KEY. */
    readonly header: Uint8Array;
    /** 16 bytes, before encipherment. */
    readonly block: Uint8Array;
  }[];
}

export interface RekeyOutput extends Cryptogram {
  /** Data field of each command: cipher ‖ MAC4. */
  readonly loads: readonly Uint8Array[];
  readonly retirements: readonly Uint8Array[];
}

/** The path of each ends with the challenge's block: it names a session key. */
export type TerminalInput =
  | { readonly kind: 'external-authentication'; readonly sessionKey: KeyPath }
  | {
      readonly kind: 'verify-internal-authentication';
      readonly sessionKey: KeyPath;
      readonly r2: Uint8Array;
      readonly answer: Uint8Array;
    }
  | {
      readonly kind: 'protect';
      readonly sessionKey: KeyPath;
      readonly header: Uint8Array;
      readonly plain: Uint8Array | null;
    };

export type TerminalOutput =
  | ({ readonly kind: 'external-authentication' } & Cryptogram)
  | { readonly kind: 'verify-internal-authentication'; readonly genuine: boolean }
  | { readonly kind: 'protect'; readonly data: Uint8Array };

/** A root from the pilot's public texts; custodians' parts go through `enter-part`. */
export interface ImportRootInput {
  readonly root: string;
  readonly usage: 'derive' | 'encrypt';
  /** `intl-128` unless said otherwise. */
  readonly suite?: AlgorithmSuite;
  readonly pilotTexts: readonly string[];
}

/** Keys of a bureau's cards, to be sealed under the transport key `KBPK.` and `transportKey`. */
export interface WrapCardKeysInput {
  readonly transportKey: string;
  readonly securityCodeRoot: string;
  readonly cards: readonly {
    readonly cardFactor: Uint8Array;
    readonly securityCodeBlock: Uint8Array;
    /** Every path ends with this card's own block. */
    readonly keys: readonly { readonly key: KeyPath; readonly header: KeyBlockHeader }[];
  }[];
}
export interface WrapCardKeysOutput {
  /** CMAC0, 3 bytes. */
  readonly transportKeyCheckValue: Uint8Array;
  readonly cards: readonly {
    readonly keys: readonly { readonly block: string; readonly kcv: Uint8Array }[];
    readonly securityCode: string;
  }[];
}

export interface RootDescription {
  readonly root: string;
  /** ENC0, 3 bytes. */
  readonly kcv: Uint8Array;
}

/** XOR of 2 to 5 components; they are wiped in the worker. */
export interface ProtectionKeyInput {
  /** Its label in the token is `KBPK.` and this. */
  readonly name: string;
  readonly kind: 'TDES' | 'AES';
  readonly parts: readonly Uint8Array[];
}

/** What one stretch of a SAM's issue channel is made of; each becomes a command `header ‖ Lc ‖ data ‖ MAC4`. */
export type SamChannelItem =
  | { readonly kind: 'plain'; readonly header: Uint8Array; readonly data: Uint8Array }
  | {
      readonly kind: 'control-key';
      readonly header: Uint8Array;
      readonly description: Uint8Array;
      readonly key: KeyPath;
    }
  /** The root itself, undispersed, as a SAM holds it. */
  | { readonly kind: 'root'; readonly header: Uint8Array; readonly description: Uint8Array; readonly root: string }
  | {
      readonly kind: 'pin';
      readonly header: Uint8Array;
      readonly digits: number;
      readonly tries: number;
      readonly seal: { readonly kek: string; readonly purpose: string };
    };

/** A root under the public key of the SAM token, as the first token keeps it. */
export interface SealedRoot {
  readonly root: string;
  readonly usage: 'derive' | 'encrypt';
  readonly suite: AlgorithmSuite;
  /** ENC0, hex. */
  readonly kcv: string;
  /** SHA-256 of that public key. */
  readonly samKey: string;
  /** RSA-OAEP, hex. */
  readonly wrapped: string;
}

export interface SamChannelInput {
  /** Path of the control key (version 0: transport key) that opens the channel. */
  readonly controlKey: KeyPath;
  readonly encipherBlock: Uint8Array;
  readonly macBlock: Uint8Array;
  /** Null opens the channel; else it goes on from here. */
  readonly macChaining: Uint8Array | null;
  /** The SAM's answer to GENERATE KEY PAIR, which ended the stretch before. */
  readonly keyPairAnswer: Uint8Array | null;
  readonly items: readonly SamChannelItem[];
  /** Of every root among the items. */
  readonly sealed: readonly SealedRoot[];
}

export interface SamChannelOutput {
  /** Null where the channel was open. */
  readonly authentication: Cryptogram | null;
  readonly commands: readonly Uint8Array[];
  readonly macChaining: Uint8Array;
  readonly publicKey: Uint8Array | null;
  readonly sealedPin: Uint8Array | null;
}

/** One custodian's part of a key; see `operations/parts.ts`. */
export interface EnterPartInput {
  /** Names the key within its ceremony; parts of one group make one key. */
  readonly group: string;
  readonly index: number;
  /** Wiped in the worker. */
  readonly part: Uint8Array;
  readonly lengthBytes: number;
  readonly expectedKcv: Uint8Array | null;
  readonly combine: 'XOR' | 'SHAMIR';
  /** How many parts make the key. */
  readonly needed: number;
  readonly target:
    | {
        readonly kind: 'root';
        readonly root: string;
        readonly usage: 'derive' | 'encrypt';
        readonly suite: AlgorithmSuite;
      }
    | { readonly kind: 'protection-key'; readonly name: string; readonly key: 'TDES' | 'AES' };
}
export interface StoredPart {
  readonly index: number;
  readonly kcv: Uint8Array;
}

export interface HsmOperations {
  readonly prepare: { readonly input: PrepareInput; readonly output: PrepareOutput };
  readonly finish: { readonly input: FinishInput; readonly output: FinishOutput };
  readonly rekey: { readonly input: RekeyInput; readonly output: RekeyOutput };
  readonly terminal: { readonly input: readonly TerminalInput[]; readonly output: readonly TerminalOutput[] };
  readonly 'describe-roots': { readonly input: null; readonly output: readonly RootDescription[] };
  readonly 'import-root': {
    readonly input: ImportRootInput;
    readonly output: RootDescription & { readonly created: boolean };
  };
  /** `made`: the check value of the key, once the last part that it needs is in. */
  readonly 'enter-part': {
    readonly input: EnterPartInput;
    readonly output: { readonly kcv: Uint8Array; readonly made: { kcv: Uint8Array; created: boolean } | null };
  };
  readonly 'describe-parts': {
    readonly input: { readonly group: string };
    readonly output: { readonly parts: readonly StoredPart[] };
  };
  /** `index` null: the whole group. */
  readonly 'discard-parts': {
    readonly input: { readonly group: string; readonly index: number | null };
    readonly output: { readonly discarded: number };
  };
  readonly 'import-protection-key': {
    readonly input: ProtectionKeyInput;
    /** CMAC0, 3 bytes. */
    readonly output: { readonly kcv: Uint8Array; readonly created: boolean };
  };
  /** A root from a TR-31 / X9.143 block of version B or D. */
  readonly 'import-key-block': {
    readonly input: {
      readonly kbpk: string;
      readonly block: string;
      readonly root: string;
      readonly usage: 'derive' | 'encrypt';
    };
    readonly output: RootDescription & { readonly created: boolean; readonly header: KeyBlockHeader };
  };
  /** A block of the key at the end of a path; a root itself is not extractable. */
  readonly 'export-key-block': {
    readonly input: { readonly kbpk: string; readonly key: KeyPath; readonly header: KeyBlockHeader };
    readonly output: { readonly block: string /** Of the key, ENC0. */; readonly kcv: Uint8Array };
  };
  /** Card keys for a bureau; only under a transport key that was agreed with one. */
  readonly 'wrap-card-keys': { readonly input: WrapCardKeysInput; readonly output: WrapCardKeysOutput };
  /** Everything that restores the roots in another token, in a form that only the recovery token can open. */
  readonly 'backup-roots': {
    /** SHA-256 of the recovery key. */
    readonly input: { readonly recoveryKey: string };
    readonly output: { readonly backup: string; readonly signature: string; readonly publicKey: string };
  };
  /** RSA pair whose private key unwraps and nothing else: a recovery token's, or a new token's for one restoration. */
  readonly 'ensure-unwrap-pair': {
    readonly input: { readonly pair: 'recovery' | 'transport' | 'sam' };
    /** SubjectPublicKeyInfo, base64url. */
    readonly output: { readonly publicKey: string };
  };
  /** On the recovery token: a backed-up root, wrapped for another token's key. */
  readonly 'rewrap-root': {
    readonly input: { readonly wrapped: string; readonly publicKey: string };
    readonly output: { readonly wrapped: string };
  };
  /** On a new token without a roster. */
  readonly 'receive-root': {
    readonly input: {
      readonly root: string;
      readonly usage: BackedUpRoot['usage'];
      readonly suite: AlgorithmSuite;
      readonly kcv: string;
      readonly wrapped: string;
      /** Of a protection key; its pieces are filled up. */
      readonly shape?: BackedUpRoot['shape'];
      /** Whose private key opens it; `transport` unless said otherwise. */
      readonly pair?: 'transport' | 'sam';
    };
    readonly output: RootDescription & { readonly created: boolean };
  };
  /** Ends a root for ever. False when the token has none of this name (any more). */
  readonly 'destroy-root': {
    readonly input: { readonly root: string };
    readonly output: { readonly destroyed: boolean };
  };
  /** A root that the token makes itself; nobody ever sees it. */
  readonly 'generate-root': {
    readonly input: { readonly root: string; readonly usage: 'derive' | 'encrypt'; readonly suite?: AlgorithmSuite };
    readonly output: RootDescription & { readonly created: boolean };
  };
  /** The roster that the token remembers; null before the first is founded. */
  readonly 'roster-in-force': { readonly input: null; readonly output: RosterPointer | null };
  /** Seals the first roster; refused once there is one. */
  readonly 'found-roster': { readonly input: { readonly roster: string }; readonly output: SealedRoster };
  readonly 'replace-roster': { readonly input: { readonly roster: string }; readonly output: SealedRoster };
  /**
   * The one way to a privileged operation once the token has a roster: the worker judges the approvals itself, marks the
   * step in the token as used and only then runs it. `operation: null` judges and marks a step that changes records.
   */
  readonly approved: {
    readonly input: {
      readonly authority: Authority;
      readonly step: number;
      readonly operation: ApprovedOperation | null;
      /** The ceremony step in which it runs; must be what the signed request names. Absent: outside of ceremonies. */
      readonly place?: CeremonyPlace | null;
    };
    readonly output: ApprovedOutput;
  };
  readonly 'ensure-key-pair': {
    readonly input: { readonly pair: string; readonly suite?: AlgorithmSuite };
    /** x ‖ y, 64 bytes. */
    readonly output: { readonly publicKey: Uint8Array; readonly created: boolean };
  };
  readonly sign: {
    /** A digest, or a message that the worker hashes as the suite does (SM2 hashes its public key in front). */
    readonly input: { readonly pair: string; readonly suite?: AlgorithmSuite } & (
      | { readonly digest: Uint8Array }
      | { readonly message: Uint8Array }
    );
    /** r ‖ s, 64 bytes. */
    readonly output: { readonly signature: Uint8Array };
  };
  /** A 32-byte data key of another service, sealed for a purpose; made when missing, `kek` stays in the token. */
  readonly 'seal-data-key': {
    readonly input: { readonly kek: string; readonly purpose: string; readonly key: Uint8Array };
    readonly output: { readonly sealed: Uint8Array };
  };
  readonly 'open-data-key': {
    readonly input: { readonly kek: string; readonly purpose: string; readonly sealed: Uint8Array };
    readonly output: { readonly key: Uint8Array };
  };
  /** In the SAM token. */
  readonly 'sam-channel': { readonly input: SamChannelInput; readonly output: SamChannelOutput };
  /** Seals for the SAM token; `roots` null: those of the issue channel. */
  readonly 'sealed-sam-roots': {
    readonly input: { readonly roots: readonly string[] | null };
    readonly output: readonly SealedRoot[];
  };
  /** Seals made elsewhere (recovery token) for roots that stand here; a root of the issue channel then stands as a seal only. */
  readonly 'keep-seals': {
    readonly input: { readonly seals: readonly SealedRoot[] };
    readonly output: { readonly kept: readonly string[] };
  };
  /** Once, for a token from before there was a SAM token: its blocks become seals and are destroyed with their key. */
  readonly 'move-sam-roots': {
    readonly input: null;
    readonly output: {
      readonly moved: readonly string[];
      readonly loadingKeyDestroyed: boolean;
      /** Roots that a SAM needs and that no seal holds: their value must come again. */
      readonly unsealed: readonly string[];
    };
  };
  /** In the SAM token: ENC0 of the key at the end of a path. */
  readonly 'sam-check-value': {
    readonly input: { readonly key: KeyPath };
    readonly output: { readonly kcv: Uint8Array };
  };
  /** For the benchmark: derive + wrap + destroy, `count` times in one message. */
  readonly 'wrap-loop': {
    readonly input: { readonly key: KeyPath; readonly count: number };
    readonly output: { readonly count: number };
  };
}
export type HsmOperationName = keyof HsmOperations;

export type ApprovedOperation = {
  [K in PrivilegedHsmName]: { readonly name: K; readonly input: HsmOperations[K]['input'] };
}[PrivilegedHsmName];
export interface ApprovedOutput {
  readonly approvers: readonly string[];
  /** What the operation gave; null for a step that changes records. */
  readonly output: HsmOperations[PrivilegedHsmName]['output'] | null;
  /** True when an earlier try of the same run had done it. */
  readonly recalled: boolean;
}

export interface KnownAnswer {
  /** `dispersal`, `pboc-3des wrap`: the suite stands before the name unless it is `intl-128`. */
  readonly name: string;
  readonly passed: boolean;
}

export interface TokenDescription {
  readonly model: string;
  readonly label: string;
  readonly serial: string;
  /** major.minor */
  readonly firmware: string;
  readonly knownAnswers: readonly KnownAnswer[];
}

/** One token of several, as the overview shows it. */
export interface TokenHealth {
  readonly name: string;
  /** `resting`: closed until SAMs are issued; `away`: not reachable, tried again; `refused`: wrong PIN, failed known answer or other keys: somebody must look. */
  readonly state: 'serving' | 'away' | 'refused' | 'resting';
  /** ISO time of the last change. */
  readonly since: string;
  readonly workers: number;
  readonly token: TokenDescription | null;
  readonly fault: { readonly code: string; readonly text: Text; readonly nextStep: Text } | null;
}

export interface HsmPort {
  readonly token: TokenDescription;
  /** Workers that are attached at this moment. */
  readonly workers: number;
  /** Of every token, where there are several. */
  readonly health?: readonly TokenHealth[];
  run<K extends HsmOperationName>(name: K, input: HsmOperations[K]['input']): Promise<HsmOperations[K]['output']>;
  /** Fresh workers in turn, so that no process keeps a copy of a destroyed key. */
  renew(): void;
  close(): Promise<void>;
}
