/** The face goes to the card printer as a PDF of the card's size, made from the data that the chip holds. */
import { Both, download, FaultNotice, StatusTag, saveAs, useDo } from '@rhc/console-shell';
import { type ReactNode, useState } from 'react';
import type { CardResponse } from '../../src/contract/index.ts';
import { StepFrame } from './step-frame.tsx';

interface Props {
  readonly card: CardResponse;
  onNext(): void;
}

export function PrintStep({ card, onNext }: Props): ReactNode {
  const [printed, setPrinted] = useState(false);
  const face = useDo(async (kind: 'card' | 'proof') => {
    const file = await download(`/v1/cards/${card.id}/face`, { query: { kind } });
    // By the issue serial: no name and no number stands in a folder of downloads.
    saveAs(file, `face-${card.issueSerial}${kind === 'proof' ? '-proof' : ''}.pdf`);
    if (kind === 'card') setPrinted(true);
  });
  const test = useDo(async () => {
    saveAs(await download('/v1/card-face/printer-test'), 'printer-test.pdf');
  });
  return (
    <StepFrame
      task={
        printed
          ? { zh: '打印后核对卡面,再交付', en: 'Look at the printed card, then hand it over' }
          : { zh: '打印卡面:回车取得制卡页', en: 'Print the face: Enter brings the page' }
      }
      actions={[
        printed
          ? { label: { zh: '下一步:交付', en: 'Next: hand over' }, hotkey: 'Enter', run: onNext }
          : {
              label: { zh: '卡面 PDF', en: 'Face as PDF' },
              hotkey: 'Enter',
              run: () => void face.run('card'),
              busy: face.busy,
            },
        { label: { zh: 'A4 校样', en: 'A4 proof' }, hotkey: 'F9', run: () => void face.run('proof'), busy: face.busy },
        {
          label: { zh: '打印机测试页', en: 'Printer test' },
          hotkey: 'F8',
          run: () => void test.run(),
          busy: test.busy,
        },
        printed
          ? {
              label: { zh: '再打一次', en: 'Once more' },
              hotkey: 'F2',
              run: () => void face.run('card'),
              busy: face.busy,
            }
          : { label: { zh: '卡面已印好', en: 'Printed already' }, hotkey: 'F2', run: onNext },
      ]}
    >
      <FaultNotice fault={face.fault ?? test.fault} />
      <p className="counter-who">
        <strong>{card.residentName}</strong> <code>{card.issueSerial}</code>
      </p>
      {printed && (
        <p>
          <StatusTag state="good">已生成 face-{card.issueSerial}.pdf</StatusTag>{' '}
          <Both zh="在制卡打印机上按实际大小打印" en="print at true size on the card printer" />
        </p>
      )}
    </StepFrame>
  );
}
