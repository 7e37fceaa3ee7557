/** Counties of Hebei (GB/T 2260): where a resident is registered must be a county, not a city or the province. */
import { nationalProfile, regionName } from '@rhc/card/profile';

/** Chinese name of a county-level division, or null. */
export function countyName(areaCode: string): string | null {
  if (!/^13\d{4}$/.test(areaCode) || areaCode.endsWith('00')) return null;
  return regionName(areaCode)?.zh ?? null;
}

export interface County {
  readonly areaCode: string;
  readonly name: string;
  readonly city: string;
}

/** All of them, in the order of their codes; 市辖区 (xx01) is given to no person. */
export function counties(): County[] {
  return nationalProfile
    .codeTable('region-hebei')
    .entries.map(({ code }) => code)
    .filter((code) => countyName(code) !== null && !code.endsWith('01'))
    .map((areaCode) => ({
      areaCode,
      name: countyName(areaCode) ?? areaCode,
      city: regionName(`${areaCode.slice(0, 4)}00`)?.zh ?? areaCode.slice(0, 4),
    }));
}
