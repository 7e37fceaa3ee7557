/** What the service gives its ceremony room: scripts from disk, its own token for real, scratch tokens for rehearsals. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HsmConfig, loadCeremonies } from '@rhc/hsm-config';
import type { KeyServiceParts } from './app.ts';
import { readText } from './ceremony-room.ts';
import type { KeyVersionStore } from './domain/ports.ts';
import { type ProductionPolicy, refuseInProduction } from './domain/production.ts';
import { keyServiceErrors } from './errors.ts';
import type { HsmPort } from './hsm/port.ts';
import { drawnApart } from './minutes/pdf-process.ts';
import { RehearsalBenches } from './rehearsal-benches.ts';
import { ceremonyStore } from './store/ceremony-store.ts';
import type { Database } from './store/database.ts';

export interface ServiceCeremonyOptions {
  readonly config: HsmConfig;
  readonly hsmConfigRoot: string;
  readonly policy: ProductionPolicy;
  readonly hsm: HsmPort;
  readonly database: Database;
  readonly versions: KeyVersionStore;
  readonly rehearsalFolder: string;
  readonly workerPath: string;
  readonly pdfFont: string | undefined;
}

export interface ServiceCeremonies {
  readonly parts: NonNullable<KeyServiceParts['ceremonies']>;
  close(): Promise<void>;
}

export function serviceCeremonies(options: ServiceCeremonyOptions): ServiceCeremonies {
  const { config, hsmConfigRoot, hsm, versions } = options;
  const scripts = loadCeremonies(hsmConfigRoot, readdirSync(`${hsmConfigRoot}/ceremonies`), readText);
  const { rehearsalFolder: folder, workerPath } = options;
  const pdfProgram = join(dirname(workerPath), '../minutes/pdf-main.js');
  const rehearsals = new RehearsalBenches({ scripts, folder, workerPath });
  return {
    parts: {
      scripts,
      store: ceremonyStore(options.database),
      bench: async (record) =>
        record.mode === 'rehearsal' ? rehearsals.bench(record) : { hsm, versions, tokenCreated: false },
      permitReal: (script) => {
        refuseInProduction(options.policy, script.ceremony, script.model);
        const same = script.hierarchy.id === config.hierarchy.id && script.ceremony.suite === config.ceremony.suite;
        if (!same) throw keyServiceErrors.make('CEREMONY_OTHER_HIERARCHY', { detail: script.ceremony.id });
      },
      onEnded: async ({ record }) => {
        if (record.mode === 'rehearsal') await rehearsals.discard(record.id);
      },
      random: (length) => Uint8Array.from(randomBytes(length)),
      pdf: (text, which) => drawnApart(pdfProgram, text, which, options.pdfFont),
    },
    close: () => rehearsals.close(),
  };
}
