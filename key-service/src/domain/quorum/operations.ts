/**
 * What needs a quorum (KEYS.md, "Quorum that cryptography enforces"): a table of operations with the sentence that an
 * approver reads and the parameters that the approval names. `hsm` operations run in the worker; `record` operations
 * change records, and the worker judges their approvals all the same. Secrets (components) are never parameters.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import type { Text } from '@rhc/card/errors';
import type { ApprovalStep, PrivilegedOperationName } from '../../contract/approvals.ts';
import type { HsmOperations } from '../../hsm/port.ts';

export type Parameters = ApprovalStep['parameters'];

/** Operations of the HSM port that the worker refuses without a quorum, once the token has a roster. */
export type PrivilegedHsmName =
  | 'import-root'
  | 'enter-part'
  | 'generate-root'
  | 'import-protection-key'
  | 'import-key-block'
  | 'export-key-block'
  | 'destroy-root'
  | 'backup-roots'
  | 'replace-roster';

export interface PrivilegedOperation {
  readonly runs: 'hsm' | 'record';
  /** {name} stands for a parameter. */
  readonly text: Text;
  /** May be answered again after its worker died, because it only reads. */
  readonly readsOnly?: boolean;
  /** Comes several times within one run (a part of each custodian): it is idempotent and run, not recalled. */
  readonly repeats?: boolean;
}

export const PRIVILEGED_OPERATIONS: Readonly<Record<PrivilegedOperationName, PrivilegedOperation>> = {
  'import-root': {
    runs: 'hsm',
    text: {
      zh: '导入根密钥 {root}(用途 {usage},套件 {suite})',
      en: 'Import the root key {root} (use: {usage}, suite: {suite})',
    },
  },
  'enter-part': {
    runs: 'hsm',
    repeats: true,
    text: {
      zh: '由 {needed} 份保管人分量({combine})合成密钥 {target}(分量组 {group})',
      en: 'Make the key {target} from {needed} parts of custodians ({combine}), group {group}',
    },
  },
  'generate-root': {
    runs: 'hsm',
    text: {
      zh: '在密码机内生成根密钥 {root}(用途 {usage},套件 {suite})',
      en: 'Generate the root key {root} in the HSM (use: {usage}, suite: {suite})',
    },
  },
  'import-protection-key': {
    runs: 'hsm',
    text: {
      zh: '导入密钥块保护密钥 {name}({kind},{parts} 个分量)',
      en: 'Import the key block protection key {name} ({kind}, {parts} components)',
    },
  },
  'import-key-block': {
    runs: 'hsm',
    text: {
      zh: '用保护密钥 {kbpk} 从密钥块(摘要 {blockSha256})导入根密钥 {root}(用途 {usage})',
      en: 'Import the root key {root} (use: {usage}) from a key block (hash {blockSha256}) under {kbpk}',
    },
  },
  'export-key-block': {
    runs: 'hsm',
    readsOnly: true,
    text: {
      zh: '把 {root} 分散 {blocks} 得到的密钥用保护密钥 {kbpk} 导出为密钥块',
      en: 'Export the key that {root} gives by {blocks} as a key block under {kbpk}',
    },
  },
  'destroy-root': {
    runs: 'hsm',
    text: {
      zh: '立即并永久销毁根密钥 {root}:由它分散的全部密钥不能再算出',
      en: 'Destroy the root key {root} now and for ever: no key below it can be computed again',
    },
  },
  'backup-roots': {
    runs: 'hsm',
    readsOnly: true,
    text: {
      zh: '把全部根密钥的备份(只有恢复令牌 {recoveryKey} 能打开)导出',
      en: 'Export the backup of all root keys, which only the recovery token {recoveryKey} can open',
    },
  },
  'replace-roster': {
    runs: 'hsm',
    text: {
      zh: '以第 {version} 版(摘要 {sha256})替换批准人名册与批准策略:{people}',
      en: 'Replace the roster of approvers and the policies by version {version} (hash {sha256}): {people}',
    },
  },
  'activate-key': {
    runs: 'record',
    text: {
      zh: '启用密钥版本 {slot}#{version},时间:{at}',
      en: 'Activate the key version {slot}#{version}; time: {at}',
    },
  },
  'move-key': {
    runs: 'record',
    text: { zh: '把密钥版本 {slot}#{version} 变为 {to}', en: 'Move the key version {slot}#{version} to {to}' },
  },
  'destroy-key': {
    runs: 'record',
    text: {
      zh: '排定 30 天后销毁密钥版本 {slot}#{version};仍需要它的卡:{cards}',
      en: 'Schedule destruction of {slot}#{version} in 30 days; cards that still need it: {cards}',
    },
  },
  'restore-key': {
    runs: 'record',
    text: { zh: '撤回对 {slot}#{version} 的销毁', en: 'Take back the destruction of {slot}#{version}' },
  },
  'change-key-policy': {
    runs: 'record',
    text: {
      zh: '把 {slot}#{version} 的使用策略改为 {policy}',
      en: 'Set the usage policy of {slot}#{version} to {policy}',
    },
  },
  'change-cryptoperiod': {
    runs: 'record',
    text: {
      zh: '把 {slot}#{version} 的有效期改为至 {ends}',
      en: 'Set the cryptoperiod of {slot}#{version} to end {ends}',
    },
  },
  'hold-ceremony': {
    runs: 'record',
    text: {
      zh: '举行密钥仪式 {script}(脚本摘要 {scriptSha256})',
      en: 'Hold the ceremony {script} (hash of the script {scriptSha256})',
    },
  },
  'carry-out-rotation': {
    runs: 'record',
    text: {
      zh: '按计划 {rotation}(摘要 {planSha256})轮换 {slots}:启用时间 {activateAt}',
      en: 'Carry out the rotation {rotation} (hash {planSha256}) of {slots}, active from {activateAt}',
    },
  },
  'retire-versions': {
    runs: 'record',
    text: {
      zh: '轮换 {rotation}:退役旧版本 {versions};仍需要它们的卡与 SAM:{waiting}',
      en: 'Rotation {rotation}: retire the old versions {versions}; cards and SAMs that still need them: {waiting}',
    },
  },
  'roll-back-rotation': {
    runs: 'record',
    text: { zh: '回退轮换 {rotation}:恢复旧版本 {versions}', en: 'Roll back the rotation {rotation} to {versions}' },
  },
  'issue-sam': {
    runs: 'record',
    text: {
      zh: '为 {institution}(省 {provinceCode})签发 {count} 张 SAM 卡,首个终端号 {firstTerminalNumber}',
      en: 'Issue {count} SAM cards for {institution} (province {provinceCode}), first terminal {firstTerminalNumber}',
    },
  },
  'revoke-sam': { runs: 'record', text: { zh: '吊销 SAM {sam}', en: 'Revoke the SAM {sam}' } },
};

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

type InputOf = { readonly [K in PrivilegedHsmName]: (input: HsmOperations[K]['input']) => Parameters };

/** What of an HSM operation's input the approval must name: all of it but secrets, long values by their hash. */
export const HSM_PARAMETERS: InputOf = {
  'import-root': ({ root, usage, suite }) => ({ root, usage, suite: suite ?? 'intl-128' }),
  // Neither the part nor whose it is: custodians come one by one, the key that they make is what is approved.
  'enter-part': ({ group, combine, needed, lengthBytes, target }) => ({
    group,
    combine,
    needed,
    lengthBytes,
    target: JSON.parse(JSON.stringify(target)) as Parameters,
  }),
  'generate-root': ({ root, usage, suite }) => ({ root, usage, suite: suite ?? 'intl-128' }),
  'import-protection-key': ({ name, kind, parts }) => ({ name, kind, parts: parts.length }),
  'import-key-block': ({ kbpk, block, root, usage }) => ({ kbpk, blockSha256: sha256(block), root, usage }),
  'export-key-block': ({ kbpk, key, header }) => ({
    kbpk,
    root: key.root,
    blocks: key.blocks.map(bytesToHex).join(' '),
    header: JSON.parse(JSON.stringify(header)) as Parameters,
  }),
  'destroy-root': ({ root }) => ({ root }),
  'backup-roots': ({ recoveryKey }) => ({ recoveryKey }),
  'replace-roster': ({ roster }) => {
    const { version, people } = JSON.parse(roster) as { version: number; people: { name: string }[] };
    return { version, sha256: sha256(roster), people: people.map(({ name }) => name).join('、') };
  },
};

export const isPrivilegedHsmName = (name: string): name is PrivilegedHsmName => Object.hasOwn(HSM_PARAMETERS, name);
