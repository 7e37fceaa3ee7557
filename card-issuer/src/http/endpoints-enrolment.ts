/** What the counter asks beside the register: the form, a check before storing, the face to come, review by a second person. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { z } from 'zod';
import type { Issuer } from '../app.ts';
import {
  askReviewRequest,
  enrolmentCheckRequest,
  enrolmentCheckResponse,
  enrolmentFormResponse,
  facePreviewResponse,
  type ReviewResponse,
  reviewResponse,
} from '../contract/index.ts';
import { enrolmentForm } from '../domain/enrolment-form.ts';
import type { ReviewStanding } from '../enrolment-review.ts';
import { CLERKS, COUNTER, PEOPLE } from './access.ts';
import { approvalView } from './endpoints-approvals.ts';
import { FACE_LAYOUT } from './endpoints-faces.ts';
import { withPhoto } from './endpoints-residents.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '柜台登记 Enrolment';

export function enrolmentEndpoints({ residents, enrolmentReview, faces }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/enrolment-form',
      access: PEOPLE,
      tag,
      summary: { zh: '登记表的代码表与长度', en: 'Code tables and sizes of the enrolment form' },
      response: enrolmentFormResponse,
      handle: () => enrolmentForm(),
    }),
    endpoint({
      method: 'post',
      path: '/v1/enrolment-checks',
      access: COUNTER,
      tag,
      summary: {
        zh: '登记前检查:差错、同号记录、疑似重复(不保存)',
        en: 'Check before enrolling: faults, the record with this number, possible duplicates; nothing is stored',
      },
      body: enrolmentCheckRequest,
      response: enrolmentCheckResponse,
      handle: ({ body: { residentId, ...input } }) => residents.check(withPhoto(input), residentId ?? null),
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents/:id/face-preview',
      access: PEOPLE,
      tag,
      summary: { zh: '制卡前的卡面预览', en: 'The face to come, before a card is made' },
      query: z.strictObject({ layout: FACE_LAYOUT }),
      response: facePreviewResponse,
      handle: (call) => faces.preview(pathPart(call), call.query.layout),
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents/:id/review',
      access: PEOPLE,
      tag,
      summary: { zh: '是否须第二人复核', en: 'Whether a second person must review' },
      response: reviewResponse,
      handle: async (call) => standingView(await enrolmentReview.standing(pathPart(call))),
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/review',
      access: CLERKS,
      tag,
      summary: { zh: '提请第二人复核登记', en: 'Ask a second person to review an enrolment' },
      body: askReviewRequest,
      response: reviewResponse,
      status: 202,
      handle: async (call) =>
        standingView(await enrolmentReview.ask(pathPart(call), caller(call).id, call.idempotencyKey)),
    }),
  ];
}

function standingView({ approval, ...standing }: ReviewStanding): ReviewResponse {
  return { ...standing, approval: approval === null ? null : approvalView(approval) };
}
