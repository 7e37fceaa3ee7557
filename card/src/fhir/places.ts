/** Where on the card a resource comes from (`allergies/2`, `outpatient/1/drugs/3`): ids may be given anew by a server. */
import type { Extension, IpsResource } from './fhir-types.ts';
import { extensionUrl } from './systems.ts';
import { findExtension } from './values.ts';

const PLACE = 'card-place';

export function placeExtension(place: string): Extension {
  return { url: extensionUrl(PLACE), valueString: place };
}

export function placeOf(resource: IpsResource): string | undefined {
  return findExtension(resource, PLACE)?.valueString;
}
