/** Cards' keys, over HTTP: parse once, ask the domain, one HSM message, answer. */
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { type Endpoint, endpoint } from '@rhc/service-shell';
import {
  type CardPeople,
  finishPersonalizationRequest,
  finishPersonalizationResponse,
  type IssuerCertificateResponse,
  issuerCertificateQuery,
  issuerCertificateResponse,
  type KeyVersionsResponse,
  keyVersionsResponse,
  preparePersonalizationRequest,
  preparePersonalizationResponse,
  rekeyResponse as rekeyAnswer,
  rekeyRequest,
  type SlotsResponse,
  type StatusResponse,
  slotsResponse,
  statusResponse,
  terminalResponse as terminalAnswer,
  terminalRequest,
} from '../contract/index.ts';
import { peopleNamed, requireTwoPeople } from '../domain/card-people.ts';
import { ALL_KEY_SLOTS, issuerOf, slotOf } from '../domain/hierarchy.ts';
import type { KeyLifeStore } from '../domain/key-life.ts';
import { cryptoperiodWarnings } from '../domain/key-states.ts';
import type { Caller, KeyUses, UseOf } from '../domain/key-uses.ts';
import {
  asItStands,
  finishInput,
  finishResponse,
  finishUses,
  type KeyBook,
  prepareInput,
  prepareResponse,
  prepareUses,
  type Sha256,
} from '../domain/personalization.ts';
import type { AuditCounter, AuditPort } from '../domain/ports.ts';
import { rekeyInput, rekeyResponse, rekeyUses } from '../domain/rekey.ts';
import { terminalInput, terminalNames, terminalResponse, terminalUses, terminalVersions } from '../domain/terminal.ts';
import type { HsmPort, KnownAnswer } from '../hsm/port.ts';
import { EVERYBODY_INSIDE, roles } from './access.ts';

export interface KeyEndpointParts {
  readonly book: KeyBook;
  readonly hsm: HsmPort;
  readonly audit: AuditPort;
  readonly terminalCounter: AuditCounter;
  readonly refusalCounter: AuditCounter;
  readonly uses: KeyUses;
  readonly keyLife: Pick<KeyLifeStore, 'records'>;
  readonly now: () => Date;
  /** Of an issuer of the hierarchy; the first one when no code is given. */
  readonly certificate: (issuer?: string) => Promise<Uint8Array>;
  /** Check values that the token did not confirm at attach; shown beside the known answers. */
  readonly keyChecks: readonly KnownAnswer[];
  readonly sha256: Sha256;
  readonly serviceVersion: string;
}

/** A refusal is counted as a failed authorisation before it is told. */
export async function spend(parts: KeyEndpointParts, uses: readonly UseOf[], caller: Caller): Promise<void> {
  try {
    await parts.uses.spend(uses, caller);
  } catch (error) {
    // A database that is away is nobody's doing.
    if (!isRhcError(error)) throw error;
    await parts.refusalCounter.add([error.code], { ...caller });
    throw error;
  }
}

/** As `spend`: a refusal is counted before it is told. */
export async function answeredFor(
  { book, refusalCounter }: KeyEndpointParts,
  issuer: string,
  cards: readonly (CardPeople | undefined)[],
): Promise<void> {
  const declared = issuerOf(book.hierarchy, issuer);
  try {
    for (const people of cards) requireTwoPeople(declared, people);
  } catch (error) {
    if (isRhcError(error)) await refusalCounter.add([error.code], { issuer });
    throw error;
  }
}

export const keyEndpoints = (parts: KeyEndpointParts): Endpoint[] => [...cardRows(parts), ...registerRows(parts)];

function cardRows(parts: KeyEndpointParts): Endpoint[] {
  const tag = '卡密钥 Card keys';
  return [
    endpoint({
      method: 'post',
      path: '/v1/personalization/prepare',
      access: roles('service'),
      tag,
      summary: { zh: '制卡:一次给出整张卡的密钥命令', en: 'Personalization: all key commands of one card' },
      body: preparePersonalizationRequest,
      response: preparePersonalizationResponse,
      async handle({ body }) {
        const book = asItStands(parts.book);
        const input = prepareInput(book, body);
        const { cardFactor, masterKeyVersion, issuer, provinceCode, people } = body;
        await answeredFor(parts, issuer, [people]);
        await spend(parts, prepareUses(book, body), { issuer, provinceCode });
        const about = { cardFactor, masterKeyVersion, issuer, keys: input.loads.length, ...peopleNamed(people) };
        await parts.audit.record('personalization-prepare', about);
        return prepareResponse(book, body, await parts.hsm.run('prepare', input));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/personalization/finish',
      access: roles('service'),
      tag,
      summary: { zh: '制卡:结束命令与反向检验', en: 'Personalization: the closing command and the negative control' },
      body: finishPersonalizationRequest,
      response: finishPersonalizationResponse,
      async handle({ body }) {
        const book = asItStands(parts.book);
        const input = finishInput(book, body, parts.sha256);
        const { cardFactor, masterKeyVersion, provinceCode } = body;
        await spend(parts, finishUses(book, body), { provinceCode });
        const keys = body.keys.length;
        await parts.audit.record('personalization-finish', { cardFactor, masterKeyVersion, keys });
        return finishResponse(book, body, await parts.hsm.run('finish', input), parts.sha256);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/rekey',
      access: roles('service'),
      tag,
      summary: { zh: '在用卡的密钥更换', en: 'Re-key of a card in the field' },
      body: rekeyRequest,
      response: rekeyAnswer,
      async handle({ body }) {
        const book = asItStands(parts.book);
        const input = rekeyInput(book, body);
        const { cardFactor, masterKeyVersion, provinceCode } = body;
        await spend(parts, rekeyUses(book, body), { provinceCode });
        const names = (entries: typeof body.writes) =>
          entries.map(({ slot, version }) => `${slot}#${version}`).join(',');
        const keys = { writes: names(body.writes), retirements: names(body.retirements) };
        await parts.audit.record('rekey', { cardFactor, masterKeyVersion, ...keys });
        return rekeyResponse(book, body, await parts.hsm.run('rekey', input));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/terminal',
      access: roles('service', 'terminal'),
      tag,
      summary: { zh: '终端运算:认证与报文保护', en: 'Terminal operations: authentications and protected messages' },
      body: terminalRequest,
      response: terminalAnswer,
      async handle({ body }) {
        const book = asItStands(parts.book);
        const versions = terminalVersions(book, body);
        const input = terminalInput(book, body, versions);
        await spend(parts, terminalUses(body, versions), { provinceCode: body.provinceCode });
        await parts.terminalCounter.add(terminalNames(body, versions), { cardFactor: body.cardFactor });
        return terminalResponse(book, versions, await parts.hsm.run('terminal', input));
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/issuer-certificate',
      access: 'any',
      tag,
      summary: { zh: '发卡机构证书(第 5 元素)', en: 'The issuer certificate (element 5)' },
      query: issuerCertificateQuery,
      response: issuerCertificateResponse,
      async handle({ query }) {
        const answer: IssuerCertificateResponse = {
          issuerCode: issuerOf(parts.book.hierarchy, query.issuer).code,
          certificate: bytesToHex(await parts.certificate(query.issuer)),
        };
        return answer;
      },
    }),
  ];
}

function registerRows(parts: KeyEndpointParts): Endpoint[] {
  const tag = '密钥 Keys';
  return [
    endpoint({
      method: 'get',
      path: '/v1/key-versions',
      access: EVERYBODY_INSIDE,
      tag,
      summary: { zh: '密钥版本:状态、计划、使用期警告', en: 'Key versions: states, schedules, cryptoperiod warnings' },
      response: keyVersionsResponse,
      async handle() {
        const records = await parts.keyLife.records();
        const text = (date: Date | null) => date?.toISOString() ?? null;
        const answer: KeyVersionsResponse = {
          versions: records.map(({ slot, version, state, suite, kcv, kcvMethod, ...record }) => ({
            ...{ slot, version, state, suite, kcv, kcvMethod },
            createdAt: record.createdAt.toISOString(),
            activateAt: text(record.activateAt),
            destroyAt: text(record.destroyAt),
            cryptoperiodEnds: text(record.cryptoperiodEnds),
          })),
          warnings: cryptoperiodWarnings(records, parts.now()),
        };
        return answer;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/slots',
      // Terminals choose a version by it.
      access: 'any',
      tag,
      summary: { zh: '令牌中的密钥位与校验值', en: 'Key slots of the token and their check values' },
      response: slotsResponse,
      handle() {
        const { hierarchy, keyring } = parts.book;
        const answer: SlotsResponse = {
          suite: hierarchy.suite,
          slots: ALL_KEY_SLOTS.map((slot) => ({
            slot,
            levels: slotOf(hierarchy, slot).levels,
            versions: keyring
              .of(slot)
              .map(({ version, state, kcv, kcvMethod }) => ({ version, state, kcv, kcvMethod })),
          })),
        };
        return answer;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/status',
      access: 'public',
      tag,
      summary: { zh: '服务与令牌的状态(不含机密)', en: 'State of service and token (no secret)' },
      response: statusResponse,
      handle() {
        const { book, hsm, keyChecks } = parts;
        const { model, label, serial, knownAnswers } = hsm.token;
        const complete = ALL_KEY_SLOTS.every((slot) => book.keyring.of(slot).some(({ state }) => state === 'active'));
        const answer: StatusResponse = {
          service: 'key-service',
          version: parts.serviceVersion,
          ready: complete && keyChecks.length === 0 && hsm.workers > 0,
          token: { model, label, serial, knownAnswers: [...knownAnswers, ...keyChecks] },
          workers: hsm.workers,
        };
        return answer;
      },
    }),
  ];
}
