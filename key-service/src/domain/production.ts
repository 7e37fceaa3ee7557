/** What a production system refuses: keys that anybody can recompute, and a token that is only a folder. */
import type { CeremonyScript, HsmModel } from '@rhc/hsm-config';
import { keyServiceErrors } from '../errors.ts';

export interface ProductionPolicy {
  readonly production: boolean;
  /** Id of the soft token's model, when the operator names it. */
  readonly allowSoftToken: string | undefined;
}

export function refuseInProduction(policy: ProductionPolicy, script: CeremonyScript, model: HsmModel): void {
  if (!policy.production) return;
  if (script.production === 'refused') {
    throw keyServiceErrors.make('CEREMONY_REFUSED_IN_PRODUCTION', { detail: script.id });
  }
  if (model.softToken && policy.allowSoftToken !== model.id) {
    throw keyServiceErrors.make('SOFT_TOKEN_REFUSED_IN_PRODUCTION', { detail: model.id });
  }
  // No name allows it: a soft token at least keeps its keys to itself.
  if (model.suites[script.suite]?.engine === 'soft') {
    throw keyServiceErrors.make('SOFT_ENGINE_REFUSED_IN_PRODUCTION', { detail: script.suite });
  }
}

/** @throws ROSTER_MISSING, ROSTER_PILOT_IN_PRODUCTION: production has a roster of approvers, and not the pilot's test officers */
export function requireRosterInProduction(policy: ProductionPolicy, roster: { readonly pilot: boolean } | null): void {
  if (!policy.production) return;
  if (roster === null) throw keyServiceErrors.make('ROSTER_MISSING');
  if (roster.pilot) throw keyServiceErrors.make('ROSTER_PILOT_IN_PRODUCTION');
}
