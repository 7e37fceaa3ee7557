/** Users, roles and settings over HTTP; read only: they are files of whoever runs the service. */
import { z } from 'zod';
import { listQuery } from './list-query.ts';
import { bilingual } from './texts.ts';

/** GET /v1/users: by id. */
export const usersQuery = listQuery({ most: 1000, usual: 200 });
export const usersResponse = z.object({
  users: z.array(z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })),
  next: z.string().nullable(),
  roles: z.array(z.object({ role: z.string(), text: bilingual, approves: z.array(bilingual) })),
});
/** GET /v1/settings */
export const settingsResponse = z.object({
  settings: z.array(
    z.object({
      name: z.string(),
      env: z.string(),
      meaning: bilingual,
      value: z.string().nullable(),
      default: z.string().nullable(),
      unit: z.string().nullable(),
      changed: z.boolean(),
    }),
  ),
  card: z.object({ profileVersion: z.string(), product: z.string() }),
});

export type UsersResponse = z.infer<typeof usersResponse>;
export type SettingsResponse = z.infer<typeof settingsResponse>;
