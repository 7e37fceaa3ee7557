/**
 * Townships and villages below a county by the statistical division code (12 digits: county, township, village; 000 = the
 * township alone). One file a city, fetched when a county of it is chosen; without it the code is typed.
 */
import { Fault, useLoad } from '@rhc/console-shell';
import { pinyinInitials, type Searched } from '../pinyin.ts';

/** Code of three digits, name, villages of the same form. */
type CityFile = Readonly<
  Record<string, readonly (readonly [string, string, readonly (readonly [string, string])[]])[]>
>;

export interface Place extends Searched {
  /** 12 digits. */
  readonly code: string;
  readonly town: string;
  /** Empty: the township itself. */
  readonly village: string;
}

const FILES = import.meta.glob<string>('../villages/*.json', { query: '?url', import: 'default', eager: true });

const VILLAGES_MISSING = new Fault(
  {
    code: 'VILLAGES_MISSING',
    message: { zh: '村(居)名单没有读到。', en: 'The list of villages could not be read.' },
    nextStep: { zh: '请重试;登记可以不填村(居)。', en: 'Try again; a record may go without its village.' },
    retriable: true,
  },
  0,
  null,
);

async function placesOf(areaCode: string, signal: AbortSignal): Promise<readonly Place[]> {
  const url = FILES[`../villages/${areaCode.slice(0, 4)}.json`];
  if (url === undefined) return [];
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw VILLAGES_MISSING;
  const towns = ((await answer.json()) as CityFile)[areaCode] ?? [];
  return towns.flatMap(([townCode, town, villages]) => [
    place(`${areaCode}${townCode}000`, town, ''),
    ...villages.map(([code, village]) => place(`${areaCode}${townCode}${code}`, town, village)),
  ]);
}

function place(code: string, town: string, village: string): Place {
  const label = village === '' ? town : `${town} ${village}`;
  const initials = pinyinInitials(town) + (village === '' ? '' : ` ${pinyinInitials(village)}`);
  return { code, town, village, label, search: `${label} ${initials} ${code}`.toUpperCase() };
}

export function usePlaces(areaCode: string) {
  return useLoad(`places ${areaCode}`, (signal) => placesOf(areaCode, signal));
}
