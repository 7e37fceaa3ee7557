/** What takes the place of a key that no backup holds, because it cannot leave its token. A name without an entry is a loss, and the drill says so. */
import type { Text } from '@rhc/card/errors';

interface Replacement {
  readonly kind: 'secret' | 'pair';
  readonly name: RegExp;
  readonly text: Text;
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    kind: 'pair',
    name: /^AUDIT\.LOG#/,
    text: {
      zh: '审计日志签名密钥:新令牌另立新日志;旧日志用导出件和旧公钥验证(先导出日志并保存公钥)',
      en: 'signs the audit log: a new token begins a new log; the old one is verified from its export with the old public key (export it and keep that key)',
    },
  },
  {
    kind: 'pair',
    name: /^TLS\.CA#/,
    text: {
      zh: '系统内部 CA 密钥:新令牌建立新 CA,重新签发全部服务、设备和操作员证书',
      en: "the system's own CA: the new token makes a new one, and every service, device and operator is certified again",
    },
  },
  {
    kind: 'pair',
    name: /^CERT\.ROOT#/,
    text: {
      zh: '发卡机构证书的根:建立新根,重新签发发卡机构证书;已发的卡仍带旧证书',
      en: "root of the issuers' certificates: a new root certifies the issuers again; cards in the field keep the old certificate",
    },
  },
  {
    kind: 'pair',
    name: /^CERT\.ISSUER/,
    text: {
      zh: '发卡机构签名密钥:生成新密钥对并由根重新签发证书',
      en: "an issuer's signing key: a new pair is certified again by the root",
    },
  },
  {
    kind: 'pair',
    name: /^HOTLIST#/,
    text: {
      zh: '黑名单签名密钥:生成新密钥对,向全部终端分发新公钥',
      en: 'signs the hot list: a new pair, whose public key goes to every terminal',
    },
  },
  {
    kind: 'pair',
    name: /^QUORUM\.SEAL#/,
    text: {
      zh: '批准人名册的封签密钥:在新令牌上重新建立名册(roster)',
      en: 'seals the roster: the roster is founded anew on the new token',
    },
  },
  {
    kind: 'pair',
    name: /^TRANSPORT#/,
    text: { zh: '仅用于一次恢复,新令牌自行生成', en: 'for one restoration only; a new token makes its own' },
  },
  {
    kind: 'secret',
    name: /^CEREMONY\.PARTS#/,
    text: {
      zh: '封存未完成仪式中的分量:保管人重新录入',
      en: 'seals the parts of unfinished ceremonies: their custodians enter them again',
    },
  },
  {
    kind: 'secret',
    name: /^SOFT\.SEAL#/,
    text: {
      zh: '封存软件引擎的密钥:新令牌自行生成,根密钥已分别备份',
      en: "seals the soft engine's keys: a new token makes its own, and its roots are in the backup one by one",
    },
  },
  {
    kind: 'secret',
    name: /^SAM\.LOAD#/,
    text: {
      zh: '旧式 SAM 装载密钥:不再使用,执行 npm run sam-token 后销毁',
      en: 'loading key from before there was a SAM token: no longer used, destroyed by npm run sam-token',
    },
  },
];

/** Null: nothing does, it had to be in the backup. */
export const replacementOf = (kind: Replacement['kind'], name: string): Text | null =>
  REPLACEMENTS.find((each) => each.kind === kind && each.name.test(name))?.text ?? null;
