/** Counties as a list to choose from: by city and name, found by their code too. */
import type { CountiesResponse } from '../src/contract/index.ts';

export const countyOptions = (answer: CountiesResponse | null): { value: string; label: string }[] =>
  (answer?.counties ?? []).map(({ areaCode, name, city }) => ({
    value: areaCode,
    label: `${city}${name} ${areaCode}`,
  }));
