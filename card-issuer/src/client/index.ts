/** Thin typed client of card-issuer, for the start script, tests and other programs. */
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import type { z } from 'zod';
import {
  type AgentsResponse,
  type ApprovalResponse,
  agentsResponse,
  approvalResponse,
  approvalsResponse,
  type CardResponse,
  type CardsResponse,
  type CloseShiftRequest,
  cardResponse,
  cardsResponse,
  type DeliveryRequest,
  deliveryResponse,
  type EnrolRequest,
  enrolResponse,
  type HistoryResponse,
  historyResponse,
  hotlistResponse,
  type LifeCycleResponse,
  lifeCycleResponse,
  locationResponse,
  locationsResponse,
  type MoveRequest,
  type MoveResponse,
  moveResponse,
  type OfferRequest,
  type OpenShiftRequest,
  type ReplaceRequest,
  type ResidentsResponse,
  residentsResponse,
  type StatusResponse,
  shiftResponse,
  statusResponse,
  transferResponse,
  transfersResponse,
  type WriteOffRequest,
} from '../contract/index.ts';

export interface IssuerClientOptions {
  /** For example `http://127.0.0.1:8102`. */
  readonly baseUrl: string;
  /** Lends the operator's token for one request. */
  readonly token: () => string;
  readonly timeoutMs?: number;
}

function queryOf(given: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const stated = Object.entries(given).filter(([, value]) => value !== undefined);
  return new URLSearchParams(stated.map(([name, value]): [string, string] => [name, String(value)]));
}

export class IssuerClient {
  readonly #options: IssuerClientOptions;

  constructor(options: IssuerClientOptions) {
    this.#options = options;
  }

  enrol(resident: EnrolRequest, key?: string): Promise<{ id: string; known: boolean }> {
    return this.#call('POST', '/v1/residents', enrolResponse, resident, key);
  }
  residents(page: { offset?: number; limit?: number; search?: string } = {}): Promise<ResidentsResponse> {
    return this.#call('GET', `/v1/residents?${queryOf(page)}`, residentsResponse);
  }
  orderCard(residentId: string, key?: string): Promise<CardResponse> {
    return this.#call('POST', '/v1/cards', cardResponse, { residentId }, key);
  }
  personalize(cardId: string, where: { agent?: string; reader?: string } = {}): Promise<CardResponse> {
    return this.#call('POST', `/v1/cards/${cardId}/personalize`, cardResponse, where);
  }
  card(cardId: string): Promise<CardResponse> {
    return this.#call('GET', `/v1/cards/${cardId}`, cardResponse);
  }
  cards(filter: { residentId?: string; limit?: number; cursor?: string } = {}): Promise<CardsResponse> {
    return this.#call('GET', `/v1/cards?${queryOf(filter)}`, cardsResponse);
  }
  activate(cardId: string, key?: string): Promise<CardResponse> {
    return this.#call('POST', `/v1/cards/${cardId}/activate`, cardResponse, {}, key);
  }
  /** Asks for it; it happens when a second person approves. */
  spoil(cardId: string, reason: string, key?: string): Promise<ApprovalResponse> {
    return this.#call('POST', `/v1/cards/${cardId}/spoil`, approvalResponse, { reason }, key);
  }
  approvals(
    filter: { state?: string; cursor?: string; limit?: number } = {},
  ): Promise<z.output<typeof approvalsResponse>> {
    return this.#call('GET', `/v1/approvals?${queryOf(filter)}`, approvalsResponse);
  }
  approve(approvalId: string, key?: string): Promise<ApprovalResponse> {
    return this.#call('POST', `/v1/approvals/${approvalId}/approve`, approvalResponse, {}, key);
  }
  refuse(approvalId: string, key?: string): Promise<ApprovalResponse> {
    return this.#call('POST', `/v1/approvals/${approvalId}/refuse`, approvalResponse, {}, key);
  }
  withdrawRequest(approvalId: string, key?: string): Promise<ApprovalResponse> {
    return this.#call('POST', `/v1/approvals/${approvalId}/withdraw`, approvalResponse, {}, key);
  }
  move(cardId: string, request: MoveRequest, key?: string): Promise<MoveResponse> {
    return this.#call('POST', `/v1/cards/${cardId}/moves`, moveResponse, request, key);
  }
  /** Answers the successor. */
  replace(cardId: string, request: ReplaceRequest, key?: string): Promise<MoveResponse> {
    return this.#call('POST', `/v1/cards/${cardId}/replacement`, moveResponse, request, key);
  }
  history(cardId: string): Promise<HistoryResponse> {
    return this.#call('GET', `/v1/cards/${cardId}/history`, historyResponse);
  }
  lifeCycle(): Promise<LifeCycleResponse> {
    return this.#call('GET', '/v1/life-cycle', lifeCycleResponse);
  }
  stockLocations(): Promise<z.output<typeof locationsResponse>> {
    return this.#call('GET', '/v1/stock/locations', locationsResponse);
  }
  addStockLocation(name: string, key?: string): Promise<{ id: string }> {
    return this.#call('POST', '/v1/stock/locations', locationResponse, { name }, key);
  }
  receiveBlanks(delivery: DeliveryRequest, key?: string): Promise<z.output<typeof deliveryResponse>> {
    return this.#call('POST', '/v1/stock/deliveries', deliveryResponse, delivery, key);
  }
  stockTransfers(): Promise<z.output<typeof transfersResponse>> {
    return this.#call('GET', '/v1/stock/transfers', transfersResponse);
  }
  offerBlanks(offer: OfferRequest, key?: string): Promise<z.output<typeof transferResponse>> {
    return this.#call('POST', '/v1/stock/transfers', transferResponse, offer, key);
  }
  takeBlanks(transferId: string, key?: string): Promise<z.output<typeof transferResponse>> {
    return this.#call('POST', `/v1/stock/transfers/${transferId}/take`, transferResponse, {}, key);
  }
  withdrawBlanks(transferId: string, key?: string): Promise<z.output<typeof transferResponse>> {
    return this.#call('POST', `/v1/stock/transfers/${transferId}/withdraw`, transferResponse, {}, key);
  }
  writeOffBlank(request: WriteOffRequest, key?: string): Promise<ApprovalResponse> {
    return this.#call('POST', '/v1/stock/write-offs', approvalResponse, request, key);
  }
  openShift(request: OpenShiftRequest, key?: string): Promise<z.output<typeof shiftResponse>> {
    return this.#call('POST', '/v1/stock/shifts', shiftResponse, request, key);
  }
  closeShift(shiftId: string, request: CloseShiftRequest, key?: string): Promise<z.output<typeof shiftResponse>> {
    return this.#call('POST', `/v1/stock/shifts/${shiftId}/close`, shiftResponse, request, key);
  }
  /** Files are fetched as they are: `GET /v1/hotlist`, `GET /v1/hotlist/deltas/:version`. */
  publishHotlist(key?: string): Promise<z.output<typeof hotlistResponse>> {
    return this.#call('POST', '/v1/hotlist', hotlistResponse, {}, key);
  }
  agents(): Promise<AgentsResponse> {
    return this.#call('GET', '/v1/agents', agentsResponse);
  }
  status(): Promise<StatusResponse> {
    return this.#call('GET', '/v1/status', statusResponse);
  }

  async #call<S extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    schema: S,
    body?: unknown,
    key?: string,
  ): Promise<z.output<S>> {
    const { baseUrl, token, timeoutMs = 30_000 } = this.#options;
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as { error?: ErrorBody };
    if (!response.ok && answer.error !== undefined) throw errorFromBody(answer.error, response.status);
    return schema.parse(answer);
  }
}
