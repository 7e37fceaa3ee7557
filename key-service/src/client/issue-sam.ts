/** The side with the reader: carries commands to the SAM and answers back until the SAM is issued. It holds nothing itself. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { resolveResponse, type Transport } from '@rhc/card/session';
import type { SamIssueRequest, SamIssueResponse } from '../contract/index.ts';

export interface SamIssueCalls {
  samIssue(request: SamIssueRequest): Promise<SamIssueResponse>;
}

/** A correct dialogue has five calls; a SAM that is torn and taken up again within one has more. */
const MAX_CALLS = 12;

export async function issueSam(
  calls: SamIssueCalls,
  reader: Transport,
  orderId: string,
  onStage: (stage: SamIssueResponse['stage']) => void = () => undefined,
): Promise<SamIssueResponse> {
  const transport = resolveResponse(reader);
  let answer = await calls.samIssue({ orderId, dialogue: null, answers: [] });
  for (let call = 1; !answer.done && call < MAX_CALLS; call++) {
    onStage(answer.stage);
    const answers: string[] = [];
    for (const command of answer.commands) answers.push(bytesToHex(await transport.transmit(hexToBytes(command))));
    answer = await calls.samIssue({ orderId, dialogue: answer.dialogue, answers });
  }
  return answer;
}
