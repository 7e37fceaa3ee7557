/** Chinese first, English beside it, smaller: the way everything in the house speaks. */

import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import type { Fault, FieldFault, Text } from './api.ts';

export function Both({ zh, en }: Text): ReactNode {
  return (
    <span className="both">
      {zh} <small lang="en">{en}</small>
    </span>
  );
}

/** For titles, placeholders and options, where only text may stand. */
export const both = (zh: string, en: string): string => `${zh} ${en}`;

/** Behind the rule that a field breaks: what to do about it, where the rule's side says so. */
export function Remedy({ nextStep }: Pick<FieldFault, 'nextStep'>): ReactNode {
  return (
    nextStep !== undefined && (
      <>
        → <Both {...nextStep} />
      </>
    )
  );
}

/** What went wrong, which fields, and the next step. */
export function FaultNotice({
  fault,
  onRetry,
  onClose,
}: {
  fault: Fault | null;
  onRetry?: () => void;
  onClose?: () => void;
}): ReactNode {
  if (fault === null) return null;
  const { message, nextStep, fields = [], code, retriable } = fault.body;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="fault"
      title={<Both {...message} />}
      description={
        <>
          {fields.length > 0 && (
            <ul>
              {fields.map((fault) => (
                <li key={`${fault.field} ${fault.rule.en}`}>
                  <code>{fault.field}</code> <Both {...fault.rule} /> <Remedy {...fault} />
                </li>
              ))}
            </ul>
          )}
          <p>
            → <Both {...nextStep} />
          </p>
          <p className="fault-code">
            {code}
            {fault.requestId === null ? '' : ` · ${fault.requestId}`}
          </p>
        </>
      }
      {...(onRetry !== undefined && retriable
        ? {
            action: (
              <Button size="small" onClick={onRetry}>
                {both('重试', 'Try again')}
              </Button>
            ),
          }
        : {})}
      {...(onClose === undefined ? {} : { closable: { onClose } })}
    />
  );
}
