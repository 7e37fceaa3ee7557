/** DF01, identity: address, contacts, social data, documents. CARD-FACTS 1.4, 2.1 (表8-2, 表10-1). */
import { defineFile } from '../define.ts';
import type { DataElement, ElementaryFile, Text } from '../types.ts';
import { code, elements, key, TEXT, tlvSizeBytes } from './layout.ts';

const CLAUSE = 'CARD-FACTS 1.4';

const address = elements(`${CLAUSE} DF01/EF05`, [
  [21, 'addressType1', '地址类别1', 'Address type 1', 'cn', 1, code('address-type')],
  [22, 'address1', '地址1', 'Address 1', 'ans', 100, TEXT],
  [23, 'addressType2', '地址类别2', 'Address type 2', 'cn', 1, code('address-type')],
  [24, 'address2', '地址2', 'Address 2', 'ans', 100, TEXT],
]);

const contacts = elements(`${CLAUSE} DF01/EF06`, [
  [25, 'contactName1', '联系人姓名1', 'Contact 1: name', 'ans', 30, TEXT],
  [26, 'contactRelation1', '联系人关系1', 'Contact 1: relation', 'cn', 1, code('relation')],
  [27, 'contactPhone1', '联系人电话1', 'Contact 1: phone', 'ans', 20, TEXT],
  [28, 'contactName2', '联系人姓名2', 'Contact 2: name', 'ans', 30, TEXT],
  [29, 'contactRelation2', '联系人关系2', 'Contact 2: relation', 'cn', 1, code('relation')],
  [30, 'contactPhone2', '联系人电话2', 'Contact 2: phone', 'ans', 20, TEXT],
  [31, 'contactName3', '联系人姓名3', 'Contact 3: name', 'ans', 30, TEXT],
  [32, 'contactRelation3', '联系人关系3', 'Contact 3: relation', 'cn', 1, code('relation')],
  [33, 'contactPhone3', '联系人电话3', 'Contact 3: phone', 'ans', 20, TEXT],
]);

const social = elements(`${CLAUSE} DF01/EF07`, [
  [34, 'education', '文化程度代码', 'Education', 'cn', 1, code('education')],
  [35, 'maritalStatus', '婚姻状况代码', 'Marital status', 'cn', 1, code('marital-status')],
  [36, 'occupation', '职业代码', 'Occupation', 'ans', 3, code('occupation')],
]);

const documents = elements(`${CLAUSE} DF01/EF08`, [
  [37, 'documentType', '证件类别', 'Document type', 'cn', 1, code('document-type')],
  [38, 'documentNumber', '证件号码', 'Document number', 'ans', 18, TEXT],
  [39, 'ehrNumber', '健康档案编号', 'Health record number', 'ans', 17, TEXT],
  [40, 'ruralSchemeNumber', '新农合证（卡）号', 'Rural cooperative scheme number', 'ans', 18, TEXT],
]);

function identityFile(fid: number, name: string, text: Text, list: readonly DataElement[]): ElementaryFile {
  return defineFile({
    id: `DF01/${name}`,
    directory: 'DF01',
    fid,
    structure: 'tlv-records',
    text,
    read: key('RK1.DF01'),
    update: key('UK1.DF01'),
    updateTransport: 'encipher-and-mac',
    updateMacSlot: 'STK.DF01',
    elements: list,
    sizeBytes: tlvSizeBytes(list),
    clause: `${CLAUSE}, 2.1`,
  });
}

export const df01Files: readonly ElementaryFile[] = [
  identityFile(0xef05, 'EF05', { zh: '地址信息文件', en: 'Addresses' }, address),
  identityFile(0xef06, 'EF06', { zh: '联系人信息文件', en: 'Contacts' }, contacts),
  identityFile(0xef07, 'EF07', { zh: '职业婚姻信息文件', en: 'Education, marriage and occupation' }, social),
  identityFile(0xef08, 'EF08', { zh: '证件记录信息文件', en: 'Documents' }, documents),
];
