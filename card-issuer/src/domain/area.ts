/** Counties of Hebei (GB/T 2260): where a resident is registered must be a county, not a city or the province. */
import { regionName } from '@rhc/card/profile';

/** Chinese name of a county-level division, or null. */
export function countyName(areaCode: string): string | null {
  if (!/^13\d{4}$/.test(areaCode) || areaCode.endsWith('00')) return null;
  return regionName(areaCode)?.zh ?? null;
}
