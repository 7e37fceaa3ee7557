/**
 * Codes of the person. CARD-FACTS 1.8. 与持卡人关系 joins two lists of DD (0–8 of GB/T 4761 and 97–99); 文化程度 is DD's list
 * of GB 4658-1984; 婚姻 takes the code on the card, not the 1–5 of the paper form (conflict 13).
 */
import { codeTable } from './table.ts';

export const sex = codeTable('sex', '性别', 'Sex', 'GB/T 2261.1-2003', [
  ['0', '未知的性别', 'Unknown'],
  ['1', '男', 'Male'],
  ['2', '女', 'Female'],
  ['9', '未说明的性别', 'Not stated'],
]);

export const addressType = codeTable('address-type', '地址类别', 'Address type', 'DD 2012 (CARD-FACTS 1.8)', [
  ['01', '户籍地址', 'Registered residence'],
  ['02', '现居住地址', 'Present residence'],
]);

export const relation = codeTable('relation', '与持卡人关系', 'Relation to the holder', 'GB/T 4761-2008; DD 2012', [
  ['00', '本人', 'Self'],
  ['01', '配偶', 'Spouse'],
  ['02', '子', 'Son'],
  ['03', '女', 'Daughter'],
  ['04', '孙子、孙女或外孙子、外孙女', 'Grandchild'],
  ['05', '父母', 'Parent'],
  ['06', '祖父母或外祖父母', 'Grandparent'],
  ['07', '兄弟姐妹', 'Sibling'],
  ['08', '其他', 'Other'],
  ['97', '其他亲属', 'Other relative'],
  ['98', '保姆', 'Domestic helper'],
  ['99', '非亲属', 'Not a relative'],
]);

export const education = codeTable('education', '文化程度', 'Education', 'GB/T 4658-1984 (DD 2012)', [
  ['01', '研究生', 'Postgraduate'],
  ['02', '大学本科', 'Bachelor degree'],
  ['03', '大学专科', 'Junior college'],
  ['04', '中等专业学校', 'Secondary specialised school'],
  ['05', '技工学校', 'Technical school'],
  ['06', '高中', 'Senior middle school'],
  ['07', '初中', 'Junior middle school'],
  ['08', '小学', 'Primary school'],
  ['09', '文盲或半文盲', 'Illiterate or semi-literate'],
]);

export const maritalStatus = codeTable('marital-status', '婚姻状况', 'Marital status', 'GB/T 2261.2-2003', [
  ['10', '未婚', 'Never married'],
  ['20', '已婚', 'Married'],
  ['30', '丧偶', 'Widowed'],
  ['40', '离婚', 'Divorced'],
  ['90', '未说明的婚姻状况', 'Not stated'],
]);

export const occupation = codeTable('occupation', '职业', 'Occupation (major class)', 'GB/T 6565-2009', [
  [
    '0',
    '国家机关、党群组织、企业、事业单位负责人',
    'Heads of state organs, organisations, enterprises and institutions',
  ],
  ['1', '专业技术人员', 'Professional and technical personnel'],
  ['3', '办事人员和有关人员', 'Clerks and related personnel'],
  ['4', '商业、服务业人员', 'Commercial and service personnel'],
  ['5', '农、林、牧、渔、水利业生产人员', 'Agriculture, forestry, husbandry, fishery and water workers'],
  ['6', '生产、运输设备操作人员及有关人员', 'Production and transport equipment operators and related personnel'],
  ['X', '军人', 'Military personnel'],
  ['Y', '不便分类的其他从业人员', 'Other workers not elsewhere classified'],
]);

export const documentType = codeTable('document-type', '证件类别', 'Document type', 'WS 364.3-2011 CV02.01.101', [
  ['01', '居民身份证', 'Resident identity card'],
  ['02', '居民户口簿', 'Household register'],
  ['03', '护照', 'Passport'],
  ['04', '军官证', 'Officer certificate'],
  ['05', '驾驶证', 'Driving licence'],
  ['99', '其他法定有效证件', 'Other valid legal document'],
]);
