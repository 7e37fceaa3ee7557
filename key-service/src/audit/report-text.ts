/** The verifier's findings as a person reads them. */
import type { ExportFault, ExportReport } from './verify-export.ts';

function sentence(fault: ExportFault): string {
  switch (fault.kind) {
    case 'leaf-form':
      return `第 ${fault.line} 行不是规范的记录。 Line ${fault.line} is not a record in canonical form.`;
    case 'leaf-order':
      return `第 ${fault.line} 行的序号是 ${fault.index}:有记录被删除、重复或移动。 Line ${fault.line} has index ${fault.index}: a record was removed, doubled or moved.`;
    case 'entry-twice':
      return `第 ${fault.line} 行重复了记录 ${fault.id}。 Line ${fault.line} repeats the record ${fault.id}.`;
    case 'checkpoint-form':
      return `第 ${fault.note} 个检查点的格式不对。 Checkpoint ${fault.note} is malformed.`;
    case 'checkpoint-unknown-key':
      return `第 ${fault.note} 个检查点不是用此公钥对应的密钥签名的。 Checkpoint ${fault.note} was not signed by this key.`;
    case 'checkpoint-signature':
      return `第 ${fault.note} 个检查点的签名不正确。 The signature of checkpoint ${fault.note} is wrong.`;
    case 'checkpoint-origin':
      return `第 ${fault.note} 个检查点属于另一份日志 ${fault.origin}。 Checkpoint ${fault.note} belongs to another log, ${fault.origin}.`;
    case 'split-view':
      return `规模 ${fault.size} 有两个不同的已签名根。 There are two signed roots for ${fault.size} records.`;
    case 'root':
      return `第 ${fault.after + 1} 至 ${fault.size} 条记录与签名时不同。 Records ${fault.after + 1} to ${fault.size} are not what was signed.`;
    case 'truncated':
      return `只有 ${fault.leaves} 条记录,而已签名 ${fault.signed} 条:日志尾部被截断。 There are ${fault.leaves} records, ${fault.signed} were signed: the log was cut short.`;
    case 'no-checkpoint':
      return '没有可用的检查点,什么也证明不了。 No usable checkpoint: nothing is proven.';
  }
}

export function reportText(report: ExportReport, fingerprint: string): string {
  const { leaves, confirmed, covered, root, faults, origin } = report;
  const unsigned = leaves - covered;
  return [
    `日志 log: ${origin ?? '-'}`,
    `公钥指纹(与仪式记录核对) key fingerprint, compare with the minutes: ${fingerprint}`,
    `记录 records: ${leaves} · 检查点 checkpoints: ${confirmed} · 已签名覆盖 covered: ${covered} · 尚未签名 not yet signed: ${unsigned}`,
    `根 root: ${root}`,
    ...faults.map((fault) => `✗ ${sentence(fault)}`),
    faults.length === 0
      ? '✓ 没有发现删除、改动或截断。 No deletion, change or truncation was found.'
      : `✗ 发现 ${faults.length} 处问题。 ${faults.length} faults were found.`,
  ].join('\n');
}
