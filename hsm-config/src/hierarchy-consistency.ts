/** What a hierarchy must hold to: areas and their factors, issuers in their areas, slots of one branch. Pure. */
import type { ConfigFault } from './loader.ts';
import type { Hierarchy } from './schemas.ts';

/** CARD.md: ASCII of the area's digits, filled with "0" to 8 bytes, as hex. */
export const areaFactor = (code: string): string =>
  [...code.padEnd(8, '0')].map((digit) => digit.charCodeAt(0).toString(16).padStart(2, '0')).join('');

const ORDER = ['national', 'province', 'city', 'card', 'session'] as const;

export function hierarchyFaults(tree: Hierarchy, file: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const add = (field: string, rule: string) => faults.push({ file, field, rule });
  once(
    tree.slots.map(({ name }) => name),
    (index, name) => add(`slots[${index}].name`, `slot ${name} is declared twice`),
  );
  once(
    tree.issuers.map(({ code }) => code),
    (index, code) => add(`issuers[${index}].code`, `issuer ${code} is declared twice`),
  );
  once(
    tree.policies.map(({ id }) => id),
    (index, id) => add(`policies[${index}].id`, `policy ${id} is declared twice`),
  );
  const places = tree.levels.map(({ id }) => ORDER.indexOf(id));
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] as number))) {
    add('levels', `levels stand once, in the order ${ORDER.join(', ')}`);
  }
  areaFaults(tree, add);
  slotFaults(tree, add);
  return faults;
}

function once(names: readonly string[], twice: (index: number, name: string) => void): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (seen.has(name)) twice(index, name);
    seen.add(name);
  });
}

type Add = (field: string, rule: string) => void;

function areaFaults(tree: Hierarchy, add: Add): void {
  const areas = new Set<string>();
  const hasCityLevel = tree.levels.some(({ id }) => id === 'city');
  tree.provinces.forEach((province, index) => {
    areas.add(province.code);
    const expected = areaFactor(province.code);
    if (province.factor !== expected) {
      add(`provinces[${index}].factor`, `ASCII of ${province.code}000000: ${expected}`);
    }
    province.cities.forEach((city, cityIndex) => {
      const at = `provinces[${index}].cities[${cityIndex}]`;
      if (areas.has(city.code)) add(`${at}.code`, `city ${city.code} is declared twice`);
      areas.add(city.code);
      if (!city.code.startsWith(province.code)) {
        add(`${at}.code`, `a city of province ${province.code} begins with ${province.code}`);
      }
      if (city.dispersal === 'none' && city.factor === undefined) return;
      if (!hasCityLevel) add(`${at}.dispersal`, 'the hierarchy declares no level "city"');
      const factor = areaFactor(city.code);
      if (city.factor !== factor) add(`${at}.factor`, `ASCII of ${city.code}0000: ${factor}`);
    });
  });
  tree.issuers.forEach(({ area }, index) => {
    if (!areas.has(area)) add(`issuers[${index}].area`, `no province or city ${area} is declared`);
  });
}

function slotFaults(tree: Hierarchy, add: Add): void {
  const policies = new Set(tree.policies.map(({ id }) => id));
  const issuers = new Set(tree.issuers.map(({ code }) => code));
  tree.policies.forEach((policy, index) => {
    const unknown = policy.issuers?.filter((code) => !issuers.has(code)) ?? [];
    if (unknown.length > 0) add(`policies[${index}].issuers`, `no issuer ${unknown.join(', ')} is declared`);
  });
  tree.slots.forEach((slot, index) => {
    const at = `slots[${index}]`;
    if ((slot.levels === 2) !== (slot.root === 'national')) {
      add(`${at}.levels`, 'national roots have 2 levels, provincial roots 1');
    }
    if (new Set(slot.versions).size !== slot.versions.length) add(`${at}.versions`, 'a version stands once');
    if (slot.policy !== undefined && !policies.has(slot.policy)) {
      add(`${at}.policy`, `no policy ${slot.policy} is declared`);
    }
    if (slot.suite !== tree.suite) add(`${at}.suite`, `the hierarchy's suite is ${tree.suite}`);
  });
}
