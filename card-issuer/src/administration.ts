/** What an administrator looks at: who may do what, and with which settings and which card the service works. No secret. */
import type { Text } from '@rhc/card/errors';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { Setting } from '@rhc/service-shell';
import { APPROVALS, type ApprovalOperation } from './domain/approval.ts';
import { ROLES, type Role } from './domain/roles.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import type { ListPage } from './store/index.ts';

export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

export interface SettingView {
  readonly name: string;
  readonly env: string;
  readonly meaning: Text;
  readonly value: string | null;
  readonly default: string | null;
  readonly unit: string | null;
  readonly changed: boolean;
}

export interface Administration {
  readonly users: readonly UserView[];
  readonly settings: readonly SettingView[];
}

const shown = (value: unknown): string | null =>
  value === undefined || value === '' ? null : Array.isArray(value) ? value.join(', ') : String(value);

/** A password in a database's address is not shown; it belongs into PGPASSFILE anyway. */
const withoutPassword = (value: string | null): string | null =>
  value?.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@') ?? null;

export function settingsView(
  manifest: Readonly<Record<string, Setting>>,
  values: Readonly<Record<string, unknown>>,
): SettingView[] {
  return Object.entries(manifest).map(([name, setting]) => {
    const [value, byDefault] = [withoutPassword(shown(values[name])), shown(setting.default)];
    return {
      name,
      env: setting.env,
      meaning: setting.meaning,
      value,
      default: byDefault,
      unit: setting.unit ?? null,
      changed: value !== byDefault,
    };
  });
}

/** By id. @throws CURSOR_WRONG */
export function usersPage(users: readonly UserView[], wish: PageWish): Promise<Page<UserView>> {
  const inOrder = users.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const list = async ({ limit, after }: ListPage) =>
    inOrder.filter(({ id }) => after === null || id > String(after[0])).slice(0, limit);
  return readPage(wish, ['string'], list, ({ id }) => [id]);
}

/** Roles with what each may approve. */
export function rolesView() {
  return (Object.keys(ROLES) as Role[]).map((role) => ({
    role,
    text: ROLES[role],
    approves: (Object.keys(APPROVALS) as ApprovalOperation[])
      .filter((operation) => (APPROVALS[operation].approvers as readonly Role[]).includes(role))
      .map((operation) => APPROVALS[operation].text),
  }));
}

export function cardView() {
  return {
    profileVersion: nationalProfile.version,
    product: rhcBlank1.id,
  };
}
