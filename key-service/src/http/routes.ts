/** The routes of the contract: parse once, ask the domain, one HSM message, answer. */
import Router from '@koa/router';
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { parseInput } from '@rhc/service-shell';
import type { Context } from 'koa';
import {
  finishPersonalizationRequest,
  type IssuerCertificateResponse,
  type KeyVersionsResponse,
  preparePersonalizationRequest,
  rekeyRequest,
  type SlotsResponse,
  type StatusResponse,
  terminalRequest,
} from '../contract/index.ts';
import { ALL_KEY_SLOTS, slotOf } from '../domain/hierarchy.ts';
import type { KeyLifeStore } from '../domain/key-life.ts';
import { cryptoperiodWarnings } from '../domain/key-states.ts';
import type { Caller, KeyUses, UseOf } from '../domain/key-uses.ts';
import {
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

export interface RouteParts {
  readonly book: KeyBook;
  readonly hsm: HsmPort;
  readonly audit: AuditPort;
  readonly terminalCounter: AuditCounter;
  readonly refusalCounter: AuditCounter;
  readonly uses: KeyUses;
  readonly keyLife: Pick<KeyLifeStore, 'records'>;
  readonly now: () => Date;
  /** The audit log's own routes. */
  readonly auditRoutes: (router: Router) => void;
  readonly certificate: () => Promise<Uint8Array>;
  /** Check values that the token did not confirm at attach; shown beside the known answers. */
  readonly keyChecks: readonly KnownAnswer[];
  readonly sha256: Sha256;
  readonly serviceVersion: string;
}

const body = (ctx: Context): unknown => (ctx.request as { body?: unknown }).body;

export function createRoutes(parts: RouteParts): Router {
  const { book, hsm, audit, terminalCounter, certificate, keyChecks, sha256, serviceVersion } = parts;
  const router = new Router();
  /** A refusal is counted as a failed authorisation before it is told. */
  const spend = async (uses: readonly UseOf[], caller: Caller): Promise<void> => {
    try {
      parts.uses.spend(uses, caller);
    } catch (error) {
      const code = isRhcError(error) ? error.code : 'INTERNAL';
      await parts.refusalCounter.add([code], { ...caller });
      throw error;
    }
  };

  router.post('/v1/personalization/prepare', async (ctx) => {
    const request = parseInput(preparePersonalizationRequest, body(ctx));
    const input = prepareInput(book, request);
    const { cardFactor, masterKeyVersion, issuer, provinceCode } = request;
    await spend(prepareUses(book, request), { issuer, provinceCode });
    await audit.record('personalization-prepare', { cardFactor, masterKeyVersion, issuer, keys: input.loads.length });
    ctx.body = prepareResponse(book, request, await hsm.run('prepare', input));
  });

  router.post('/v1/personalization/finish', async (ctx) => {
    const request = parseInput(finishPersonalizationRequest, body(ctx));
    const input = finishInput(book, request, sha256);
    const { cardFactor, masterKeyVersion, provinceCode } = request;
    await spend(finishUses(book, request), { provinceCode });
    await audit.record('personalization-finish', { cardFactor, masterKeyVersion, keys: request.keys.length });
    ctx.body = finishResponse(book, request, await hsm.run('finish', input), sha256);
  });

  router.post('/v1/rekey', async (ctx) => {
    const request = parseInput(rekeyRequest, body(ctx));
    const input = rekeyInput(book, request);
    const { cardFactor, masterKeyVersion, provinceCode } = request;
    await spend(rekeyUses(book, request), { provinceCode });
    const names = (entries: typeof request.writes) =>
      entries.map(({ slot, version }) => `${slot}#${version}`).join(',');
    const keys = { writes: names(request.writes), retirements: names(request.retirements) };
    await audit.record('rekey', { cardFactor, masterKeyVersion, ...keys });
    ctx.body = rekeyResponse(book, request, await hsm.run('rekey', input));
  });

  router.post('/v1/terminal', async (ctx) => {
    const request = parseInput(terminalRequest, body(ctx));
    const versions = terminalVersions(book, request);
    const input = terminalInput(book, request, versions);
    await spend(terminalUses(request, versions), { provinceCode: request.provinceCode });
    await terminalCounter.add(terminalNames(request, versions), { cardFactor: request.cardFactor });
    ctx.body = terminalResponse(book, versions, await hsm.run('terminal', input));
  });

  router.get('/v1/key-versions', async (ctx) => {
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
    ctx.body = answer;
  });

  router.get('/v1/slots', (ctx) => {
    const answer: SlotsResponse = {
      suite: book.hierarchy.suite,
      slots: ALL_KEY_SLOTS.map((slot) => ({
        slot,
        levels: slotOf(book.hierarchy, slot).levels,
        versions: book.keyring
          .of(slot)
          .map(({ version, state, kcv, kcvMethod }) => ({ version, state, kcv, kcvMethod })),
      })),
    };
    ctx.body = answer;
  });

  router.get('/v1/issuer-certificate', async (ctx) => {
    const answer: IssuerCertificateResponse = {
      issuerCode: book.hierarchy.issuer.code,
      certificate: bytesToHex(await certificate()),
    };
    ctx.body = answer;
  });

  router.get('/v1/status', (ctx) => {
    const { model, label, serial, knownAnswers } = hsm.token;
    const complete = ALL_KEY_SLOTS.every((slot) => book.keyring.of(slot).some(({ state }) => state === 'active'));
    const answer: StatusResponse = {
      service: 'key-service',
      version: serviceVersion,
      ready: complete && keyChecks.length === 0 && hsm.workers > 0,
      token: { model, label, serial, knownAnswers: [...knownAnswers, ...keyChecks] },
      workers: hsm.workers,
    };
    ctx.body = answer;
  });

  parts.auditRoutes(router);
  return router;
}
