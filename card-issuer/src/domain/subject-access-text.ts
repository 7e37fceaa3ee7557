/** The export for the person as a text that a person reads: Chinese first, no codes where the tables have words. */
import { CARD_STATE_TEXTS, type CardState } from './card-state.ts';
import { codeTableOfItem } from './profile-items.ts';
import type { Resident } from './resident.ts';

interface Exported {
  readonly madeAt: string;
  readonly resident: Resident;
  readonly enrolledAt: string;
  readonly version: number;
  readonly history: readonly { at: string; actor: string; purpose: string; fields: readonly string[] }[];
  readonly consents: readonly { purpose: string; basis: string; givenAt: string; withdrawnAt: string | null }[];
  readonly cards: readonly {
    issueSerial: string;
    state: string;
    issueDate: string | null;
    expiryDate: string | null;
  }[];
}

const worded = (item: number, code: string | null): string | null =>
  code === null ? null : (codeTableOfItem(item).entries.find((entry) => entry.code === code)?.text.zh ?? code);

export function subjectAccessText(data: Exported): string {
  const { resident } = data;
  const facts: [string, string | null][] = [
    ['姓名 Name', resident.name],
    ['性别 Sex', worded(12, resident.sex)],
    ['民族 Ethnic group', worded(13, resident.ethnicGroup)],
    ['出生日期 Born', resident.birthDate],
    ['证件类别 Document', worded(37, resident.documentType)],
    ['证件号码 Number', resident.documentNumber],
    ...resident.otherDocuments.map((document): [string, string] => [
      `其他证件 Other document (${worded(37, document.documentType)})`,
      document.documentNumber,
    ]),
    ['地区代码 Area', resident.villageCode ?? resident.areaCode],
    ['户籍地址 Registered address', resident.householdAddress],
    ['现住址 Address', resident.currentAddress],
    ['电话 Phone', [resident.phone, resident.secondPhone].filter(Boolean).join(' / ') || null],
    ['联系人 Contact', contactText(resident.contactName, resident.contactRelationship, resident.contactPhone)],
    ...resident.otherContacts.map((contact): [string, string | null] => [
      '联系人 Contact',
      contactText(contact.name, contact.relationship, contact.phone),
    ]),
    ['付费方式 Payment', resident.paymentMethods.map((code) => worded(18, code)).join('、') || null],
    ['ABO 血型 Blood group', worded(41, resident.bloodAbo)],
    ['RH 阴性 Rh negative', worded(42, resident.bloodRh)],
    ['警示 Alerts (标志)', resident.alertItems.join('、') || null],
    ['其他警示 Other alert', resident.otherAlert],
    ...resident.allergies.map((each): [string, string] => ['过敏 Allergy', `${each.substance} ${each.reaction}`]),
    ...resident.immunizations.map((each): [string, string] => ['免疫 Immunization', `${each.name} ${each.date}`]),
    ['文化程度 Education', worded(34, resident.education)],
    ['婚姻状况 Marital status', worded(35, resident.marital)],
    ['职业 Occupation', worded(36, resident.occupation)],
    ['健康档案编号 Health record', resident.ehrNumber],
    ['新农合号 Rural scheme', resident.ruralSchemeNumber],
    ['照片 Photo', resident.photo === null ? null : '有 on file'],
  ];
  const lines = [
    '个人信息查阅副本 Copy of your personal data',
    `制作时间 Made at ${data.madeAt}；登记 Enrolled ${data.enrolledAt}；版本 Version ${data.version}`,
    '',
    ...facts.filter(([, value]) => value !== null).map(([label, value]) => `${label}: ${value}`),
    '',
    '卡 Cards',
    ...data.cards.map(
      (card) =>
        `- ${card.issueSerial} ${CARD_STATE_TEXTS[card.state as CardState]?.zh ?? card.state} ${card.issueDate ?? ''} – ${card.expiryDate ?? ''}`,
    ),
    '',
    '授权 Consents',
    ...data.consents.map(
      (each) =>
        `- ${each.purpose}（${each.basis}）${each.givenAt}${each.withdrawnAt === null ? '' : ` 已撤回 ${each.withdrawnAt}`}`,
    ),
    '',
    '变更记录 History',
    ...data.history.map(
      (each) => `- ${each.at} ${each.actor} ${each.purpose}: ${each.fields.join(', ') || '登记 enrolled'}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function contactText(name: string | null, relationship: string | null, phone: string | null): string | null {
  return name === null ? null : [name, worded(26, relationship), phone].filter(Boolean).join(' ');
}
