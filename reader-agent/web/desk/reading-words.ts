/** What a reading or a write means for the one who looks at the light. */
import type { Text } from '@rhc/console-shell';
import type { WriteAnswer } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';

/** What keeps a card that was read from being used; the worse reason first. */
export function barOf({
  hotlist,
  validity,
}: Reading): { readonly headline: Text; readonly subline: Text | null } | null {
  if (hotlist?.state === 'listed')
    return {
      headline: { zh: '此卡已挂失或停用，不能使用', en: 'This card is reported lost or out of use' },
      subline: {
        zh: '请另行核实来人身份，留下此卡并联系发卡机构。',
        en: 'Check who this is by other means, keep the card and call the issuer.',
      },
    };
  if (validity.state === 'expired')
    return {
      headline: { zh: '卡已过期，请持卡人到发卡窗口换卡。', en: 'The card has expired; it must be renewed.' },
      subline: null,
    };
  return null;
}

export function hasAlerts({ alerts = [], allergies = [] }: Pick<Reading, 'alerts' | 'allergies'>): boolean {
  return allergies.length > 0 || alerts.some(({ value }) => value === true);
}

export function outcomeWords({ complete, settled }: WriteAnswer): Text {
  if (complete) return { zh: '写卡完成，回读一致', en: 'Written and read back' };
  return settled
    ? { zh: '写卡未全部完成', en: 'Not everything was written' }
    : { zh: '写卡结果未确认', en: 'The outcome of a write is not known' };
}
