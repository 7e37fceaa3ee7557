/** Elements as label and value; what the card leaves empty takes no room. */
import type { DecodedElementView } from '../../src/contract/index.ts';
import { shownValue } from './mask.ts';

export function ElementList(props: {
  id: string;
  elements: readonly DecodedElementView[];
  shown: boolean;
  /** Mask everything: it is about other people too. */
  all?: boolean;
  className?: string;
}) {
  const rows = props.elements.flatMap((element) => {
    const value = shownValue(element, props.shown, props.all);
    return value === null ? [] : [{ element, value }];
  });
  return (
    <dl id={props.id} className={props.className ?? 'elements'}>
      {rows.map(({ element, value }) => (
        <div key={element.id}>
          <dt title={element.label.en}>{element.label.zh}</dt>
          <dd data-id={element.id}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
