/** Codes of the card itself and of who pays. CARD-FACTS 1.8; conflict 1: the values of DD (正式/临时) are the default. */
import { codeTable } from './table.ts';

export const cardClass = codeTable('card-class', '卡的类别', 'Card class', '居民健康卡终端接口规范数据定义 (DD) 2012', [
  ['1', '正式卡', 'Formal card'],
  ['2', '临时卡', 'Temporary card'],
]);

export const paymentMethod = codeTable(
  'payment-method',
  '医疗费用支付方式',
  'Payment method',
  'WS 364.13-2011 CV07.10.003',
  [
    ['01', '城镇职工基本医疗保险', 'Urban employee basic medical insurance'],
    ['02', '城镇居民基本医疗保险', 'Urban resident basic medical insurance'],
    ['03', '新型农村合作医疗', 'New rural cooperative medical scheme'],
    ['04', '贫困救助', 'Poverty relief'],
    ['05', '商业医疗保险', 'Commercial medical insurance'],
    ['06', '全公费', 'Fully public expense'],
    ['07', '全自费', 'Fully self-paid'],
    ['08', '其他', 'Other'],
  ],
);
