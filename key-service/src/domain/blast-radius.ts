/** How far a compromised key version reaches down the tree, and what must be done (KEYS.md, "compromise playbook"). Pure. */
import type { Hierarchy } from '@rhc/hsm-config';
import type { BlastRadius } from '../contract/key-life.ts';
import { slotOf } from './hierarchy.ts';
import type { KeyVersionRecord } from './key-states.ts';

type Purpose = Hierarchy['slots'][number]['purpose'];

const PROTECTS: Readonly<Record<Purpose, { zh: string; en: string }>> = {
  'master-control': { zh: '装载与更换卡内全部密钥', en: 'loading and replacing every key on the card' },
  'internal-authentication': { zh: '证明卡是真的', en: 'the proof that a card is genuine' },
  'secure-messaging': { zh: '写卡数据的完整与保密', en: 'integrity and secrecy of what is written to the card' },
  block: { zh: '锁定与解锁应用', en: 'blocking and unblocking of applications' },
  update: { zh: '改写卡内数据的权限', en: 'the right to change data on the card' },
  read: { zh: '读取受保护数据的权限', en: 'the right to read protected data' },
  transport: { zh: '空白卡在途中的保护', en: 'blank cards on their way' },
  'security-code': { zh: '卡面安全码', en: "the card's security code" },
  'local-application': { zh: '本省自有应用的数据', en: "the data of the province's own applications" },
};
/** Whoever holds these can put their own keys in place of the others. */
const CARRIES_ALL: readonly Purpose[] = ['master-control', 'transport'];

export function blastRadiusOf(
  hierarchy: Hierarchy,
  all: readonly KeyVersionRecord[],
  { slot, version, state }: KeyVersionRecord,
  field: { readonly cards: number | null; readonly sams: number | null },
): BlastRadius {
  const own = slotOf(hierarchy, slot);
  const name = `${slot}#${version}`;
  const provinces = hierarchy.provinces.map(({ code, text }) => ({ code, name: text }));
  const others = CARRIES_ALL.includes(own.purpose)
    ? hierarchy.slots.filter((each) => each.onCard && each.name !== slot)
    : [];
  const successor = all.find((each) => each.slot === slot && each.state === 'pre-active' && each.destroyAt === null);
  const cards =
    field.cards === null
      ? { zh: '数目不明', en: 'an unknown number' }
      : { zh: `${field.cards} 张`, en: `${field.cards}` };
  return {
    slot,
    version,
    text: [
      {
        zh: `由 ${name} 可算出全部 ${provinces.length} 个省份的分散密钥,以及${cards.zh}卡上的卡密钥。`,
        en: `From ${name} the keys of all ${provinces.length} provinces and of ${cards.en} cards can be computed.`,
      },
      { zh: `它保护的是:${PROTECTS[own.purpose].zh}。`, en: `It protects ${PROTECTS[own.purpose].en}.` },
      ...(field.sams === null || field.sams === 0
        ? []
        : [{ zh: `${field.sams} 张 SAM 持有它。`, en: `${field.sams} SAMs hold it.` }]),
    ],
    provinces,
    cards: field.cards,
    sams: field.sams,
    protects: PROTECTS[own.purpose],
    alsoAffected: others.map((each) => ({
      slot: each.name,
      why: { zh: `${slot} 可替换它`, en: `${slot} can replace it` },
    })),
    whatToDo: [
      ...(state === 'compromised'
        ? []
        : [
            {
              zh: `立即挂起 ${name},再经批准标记为泄露。`,
              en: `Suspend ${name} now, then mark it compromised under quorum.`,
            },
          ]),
      successor === undefined
        ? {
            zh: `没有后继版本:先规划轮换,生成 ${slot} 的新版本。`,
            en: `No successor: plan a rotation that makes a new version of ${slot}.`,
          }
        : {
            zh: `启用后继版本 ${slot}#${successor.version}。`,
            en: `Activate the successor ${slot}#${successor.version}.`,
          },
      {
        zh: '联机触及的卡逐张换密钥;SAM 报告新版本后再退役旧版本。',
        en: 'Re-key cards as they come online; retire the version once SAMs report the new one.',
      },
      {
        zh: '导出审计日志,核对该版本最近的使用次数。',
        en: "Export the audit log and look at the version's recent uses.",
      },
    ],
  };
}
