/** What a row of the menu says. */

import type { Text } from '@rhc/console-shell';
import type { ComponentType, ReactNode } from 'react';
import type { Me } from '../sign-in/session.tsx';

export interface PageProps {
  readonly me: Me;
  /** Rest of the address after the path, for example an id; empty when there is none. */
  readonly rest: string;
}

export interface MenuRow {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
  readonly icon: ReactNode;
  readonly group: Text;
  /** Who sees the page. What one may do on it is refused or allowed by the service, whatever the page shows. */
  readonly roles: readonly string[];
  readonly component: ComponentType<PageProps>;
}
