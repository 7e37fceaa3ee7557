import type { Setting } from '@rhc/service-shell';

export function configurationDocument(manifests: Readonly<Record<string, Readonly<Record<string, Setting>>>>): string;
