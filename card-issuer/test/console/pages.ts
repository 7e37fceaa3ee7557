/** Every page of the console: who opens it, and words that stand on it once it is there. A new page is a row. */
import type { Person } from './console-house.ts';

export const PAGES: readonly { readonly path: string; readonly person: Person; readonly words: RegExp }[] = [
  { path: 'home', person: 'clerk', words: /登记居民/ },
  { path: 'counter', person: 'clerk', words: /回车查找/ },
  { path: 'residents', person: 'clerk', words: /疑似重复/ },
  { path: 'cards', person: 'clerk', words: /发行序列号/ },
  { path: 'imports', person: 'clerk', words: /导入名册/ },
  { path: 'jobs', person: 'manager', words: /批量任务/ },
  { path: 'stock', person: 'stock', words: /地点与台账/ },
  { path: 'bureau', person: 'stock', words: /还没有登记制卡中心|订单/ },
  { path: 'dashboard', person: 'auditor', words: /目标与预测/ },
  { path: 'approvals', person: 'reviewer', words: /待批准/ },
  { path: 'hotlist', person: 'manager', words: /各版名单/ },
  { path: 'administration', person: 'manager', words: /角色与审批权/ },
];
