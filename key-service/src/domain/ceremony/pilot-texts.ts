/** The public texts whose hashes are the components of a pilot root (CARD.md, "Pilot ceremony"). Pure. */
import type { CeremonyStep } from '@rhc/hsm-config';

export type PilotSource = Extract<
  Extract<CeremonyStep, { step: 'import-components' }>['source'],
  { kind: 'pilot-text' }
>;

export function componentTexts({ count, template }: PilotSource, slot: string, version: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    template
      .replaceAll('{slot}', slot)
      .replaceAll('{version}', String(version))
      .replaceAll('{component}', String(index + 1)),
  );
}
