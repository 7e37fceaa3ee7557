/** The invented resident of the manual and the transcripts (ADR 002: nobody's numbers), as the counter would enrol them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ISSUE_SERIAL = 'HB00000001';
export const EXPIRY_DATE = '2036-11-22';
export const ID_NUMBER = '130101195803129021';

/**
 * @param {string} repository root folder
 * @param {{ securityCode: string, issuerCertificate: string }} known the certificate as hex
 * @returns {import('@rhc/card/personalization').CardData}
 */
export function exampleResident(repository, { securityCode, issuerCertificate }) {
  return {
    elements: {
      cardClass: '1',
      specVersion: '1.0',
      issuerName: '石家庄市卫生健康委员会',
      issuerCode: '1301000000000000000001',
      issuerCertificate,
      issueDate: '2026-11-22',
      cardNumber: ID_NUMBER,
      securityCode,
      issueSerial: ISSUE_SERIAL,
      cityCode: '130100',
      name: '田玉兰',
      sex: '2',
      ethnicGroup: '01',
      birthDate: '1958-03-12',
      idNumber: ID_NUMBER,
      expiryDate: EXPIRY_DATE,
      phone1: '0311-00000001',
      payment1: '03',
      addressType1: '01',
      address1: '河北省石家庄市正定县样板庄村12号',
      contactName1: '田大山',
      contactRelation1: '01',
      contactPhone1: '0311-00005001',
      maritalStatus: '20',
      bloodAbo: '1',
      bloodRh: '01',
      asthma: true,
      heartDisease: true,
      otherAlert: '高血压,服药中',
    },
    allergies: [
      { substance: '青霉素', reaction: '皮疹,头晕' },
      { substance: '海鲜', reaction: '荨麻疹' },
    ],
    immunizations: [
      { name: '流感疫苗', date: '2025-10-18' },
      { name: '新冠疫苗', date: '2021-06-08' },
    ],
    photo: new Uint8Array(readFileSync(join(repository, 'test-vectors/residents/photos/pilot-0001.jpg'))),
  };
}
