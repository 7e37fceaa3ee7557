/** Cards after they were made: found by serial or by holder, then one card with what may be done with it. */
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { CardDetail } from './card-detail.tsx';
import { FindSection } from './find-section.tsx';
import '../office.css';
import './cards.css';

export function CardsPage({ me, rest }: PageProps): ReactNode {
  return rest === '' ? <FindSection /> : <CardDetail key={rest} id={rest} me={me} />;
}
