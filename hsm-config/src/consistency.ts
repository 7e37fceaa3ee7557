/** Rules that hold between the fields and files of hsm-config; a schema of one file cannot say them. */
import type { ConfigFault } from './loader.ts';
import type { CeremonyScript, Hierarchy, HsmModel } from './schemas.ts';

interface Loaded {
  readonly model: HsmModel;
  readonly hierarchy: Hierarchy;
  readonly ceremony: CeremonyScript;
}
interface Files {
  readonly modelFile: string;
  readonly hierarchyFile: string;
  readonly ceremonyFile: string;
}

function hierarchyFaults(tree: Hierarchy, file: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const seen = new Set<string>();
  tree.slots.forEach((slot, index) => {
    const at = (field: string) => `slots[${index}].${field}`;
    if (seen.has(slot.name)) faults.push({ file, field: at('name'), rule: `slot ${slot.name} is declared twice` });
    seen.add(slot.name);
    if ((slot.levels === 2) !== (slot.root === 'national')) {
      faults.push({ file, field: at('levels'), rule: 'national roots have 2 levels, provincial roots 1' });
    }
    if (new Set(slot.versions).size !== slot.versions.length) {
      faults.push({ file, field: at('versions'), rule: 'a version stands once' });
    }
  });
  tree.provinces.forEach((province, index) => {
    // CARD.md: the factor is the ASCII of the two digits followed by "000000".
    const expected = [...`${province.code}000000`]
      .map((digit) => digit.charCodeAt(0).toString(16).padStart(2, '0'))
      .join('');
    if (province.factor !== expected) {
      faults.push({ file, field: `provinces[${index}].factor`, rule: `ASCII of ${province.code}000000: ${expected}` });
    }
    province.cities.forEach((city, cityIndex) => {
      if (!city.code.startsWith(province.code)) {
        const field = `provinces[${index}].cities[${cityIndex}].code`;
        faults.push({ file, field, rule: `a city of province ${province.code} begins with ${province.code}` });
      }
    });
  });
  return faults;
}

function ceremonyFaults({ ceremony, hierarchy }: Loaded, file: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (ceremony.versions.filter((entry) => entry.state === 'active').length !== 1) {
    faults.push({ file, field: 'versions', rule: 'exactly one version becomes active' });
  }
  for (const placeholder of ['{slot}', '{version}', '{component}']) {
    if (!ceremony.components.template.includes(placeholder)) {
      faults.push({ file, field: 'components.template', rule: `must contain ${placeholder}` });
    }
  }
  for (const slot of hierarchy.slots) {
    if (slot.suite !== ceremony.suite) {
      faults.push({ file, field: 'suite', rule: `slot ${slot.name} has suite ${slot.suite}` });
    }
    for (const { version } of ceremony.versions) {
      if (!slot.versions.includes(version)) {
        faults.push({ file, field: 'versions', rule: `slot ${slot.name} does not declare version ${version}` });
      }
    }
  }
  return faults;
}

export function consistencyFaults(loaded: Loaded, files: Files): ConfigFault[] {
  const faults = [
    ...hierarchyFaults(loaded.hierarchy, files.hierarchyFile),
    ...ceremonyFaults(loaded, files.ceremonyFile),
  ];
  if (loaded.model.suites[loaded.ceremony.suite] === undefined) {
    const rule = `the model maps no mechanisms for suite ${loaded.ceremony.suite}`;
    faults.push({ file: files.modelFile, field: 'suites', rule });
  }
  return faults;
}
