/** What a ceremony script must hold to, beyond its shape: separated duties, enough people, no key left unconfirmed. Pure. */
import type { ConfigFault } from './loader.ts';
import type { CeremonyRole, CeremonyScript, CeremonyStep, Hierarchy, KeySelection } from './schemas.ts';

type Add = (field: string, rule: string) => void;

const MAKES_KEYS: readonly CeremonyStep['step'][] = [
  'import-components',
  'generate',
  'exchange-kbpk',
  'import-key-blocks',
  'export-key-blocks',
];
export const makesKeys = (step: CeremonyStep): boolean => MAKES_KEYS.includes(step.step);

/** Slots of a selection in the order of the hierarchy. */
export function selectedSlots(tree: Hierarchy, keys: KeySelection): string[] {
  const wanted = (slot: Hierarchy['slots'][number]) =>
    keys === 'all' || (typeof keys === 'string' ? slot.root === keys : keys.includes(slot.name));
  return tree.slots.filter(wanted).map(({ name }) => name);
}

export function scriptFaults(script: CeremonyScript, tree: Hierarchy, file: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const add: Add = (field, rule) => faults.push({ file, field, rule });
  versionFaults(script, tree, add);
  const [first] = script.steps;
  if (first?.step !== 'roll-call') add('steps[0]', 'the first step is the roll-call');
  const present = new Map<CeremonyRole, number>(
    first?.step === 'roll-call' ? first.roles.map(({ role, count }) => [role, count]) : [],
  );
  const confirmed = new Set(script.steps.flatMap((step) => (step.step === 'confirm-kcv' ? step.of : [])));
  const earlier = new Map<string, CeremonyStep>();
  script.steps.forEach((step, index) => {
    const at = (field: string) => `steps[${index}].${field}`;
    if (earlier.has(step.id)) add(at('id'), `step ${step.id} is declared twice`);
    if (index > 0 && step.step === 'roll-call') add(at('step'), 'the roll-call is the first step only');
    for (const role of step.by) if (!present.has(role)) add(at('by'), `nobody takes the role ${role}`);
    if (makesKeys(step) && !confirmed.has(step.id)) add(at('id'), 'no later step confirms its check values');
    stepFaults(script, tree, step, present.get('custodian') ?? 0, earlier, (field, rule) => add(at(field), rule));
    earlier.set(step.id, step);
  });
  return faults;
}

function versionFaults({ versions, suite, steps }: CeremonyScript, tree: Hierarchy, add: Add): void {
  if (tree.suite !== suite) add('suite', `the hierarchy's suite is ${tree.suite}`);
  if (versions === 'asked') return;
  const active = versions.filter(({ state }) => state === 'active').length;
  const wanted = steps.some(({ step }) => step === 'activate') ? 1 : 0;
  if (active !== wanted) {
    add('versions', wanted === 1 ? 'exactly one version becomes active' : 'no step activates, so no version is active');
  }
  for (const { version } of versions) {
    for (const slot of tree.slots) {
      if (!slot.versions.includes(version)) add('versions', `slot ${slot.name} does not declare version ${version}`);
    }
  }
}

function stepFaults(
  script: CeremonyScript,
  tree: Hierarchy,
  step: CeremonyStep,
  custodians: number,
  earlier: ReadonlyMap<string, CeremonyStep>,
  add: Add,
): void {
  const byCustodians = step.step === 'exchange-kbpk' || takesParts(step);
  if (byCustodians !== step.by.includes('custodian') || (byCustodians && step.by.length > 1)) {
    add('by', 'custodians enter parts, and do nothing else: custodian ≠ operator');
  }
  if ('keys' in step) {
    const known = new Set(tree.slots.map(({ name }) => name));
    const unknown = Array.isArray(step.keys) ? step.keys.filter((name) => !known.has(name)) : [];
    if (unknown.length > 0) add('keys', `no slot ${unknown.join(', ')} is declared`);
    const dispersed = step.step === 'export-key-blocks' || ('entry' in step && step.entry === 'province');
    if (dispersed && script.province === undefined) add('keys', 'dispersed keys need the script to name the province');
    const provincial = selectedSlots(tree, step.keys).filter(
      (name) => tree.slots.find((s) => s.name === name)?.levels === 1,
    );
    if (dispersed && provincial.length > 0) add('keys', `only national roots are dispersed: ${provincial.join(', ')}`);
  }
  if ('kbpk' in step) {
    const exchanged = [...earlier.values()].some((each) => each.step === 'exchange-kbpk' && each.name === step.kbpk);
    if (!exchanged) add('kbpk', `no earlier step exchanges the protection key ${step.kbpk}`);
  }
  switch (step.step) {
    case 'import-components':
      if (step.source.kind === 'custodians') partFaults(step.source, custodians, add);
      else {
        if (script.production !== 'refused') add('source', 'keys of public texts are refused in production');
        for (const placeholder of ['{slot}', '{version}', '{component}']) {
          if (!step.source.template.includes(placeholder)) add('source.template', `must contain ${placeholder}`);
        }
      }
      break;
    case 'exchange-kbpk':
      partFaults(step, custodians, add);
      if (!(step.kind === 'AES' ? [16, 24, 32] : [16, 24]).includes(step.lengthBytes)) {
        add('lengthBytes', `a ${step.kind} protection key has no ${step.lengthBytes} bytes`);
      }
      break;
    case 'confirm-kcv':
      if (new Set(step.by).size < 2) add('by', 'two roles confirm');
      for (const id of step.of) {
        const found = earlier.get(id);
        if (found === undefined || !makesKeys(found)) add('of', `${id} is no earlier step that makes keys`);
      }
      break;
    case 'activate':
      if (![...earlier.values()].some((each) => each.step === 'confirm-kcv')) add('step', 'nothing was confirmed yet');
      break;
    // Their shape says all there is to check.
    case 'roll-call':
    case 'attach-token':
    case 'generate':
    case 'import-key-blocks':
    case 'export-key-blocks':
    case 'sign':
      break;
  }
}

const takesParts = (step: CeremonyStep): boolean =>
  step.step === 'import-components' && step.source.kind === 'custodians';

function partFaults(
  source: { combine: 'XOR' | 'SHAMIR'; count: number; threshold?: number | undefined },
  custodians: number,
  add: Add,
): void {
  const { combine, count, threshold } = source;
  if (combine === 'XOR') {
    if (threshold !== undefined) add('threshold', 'XOR needs every part');
    if (count > 5) add('count', 'XOR takes 2 to 5 components');
    if (custodians !== count) add('count', `the roll-call has ${custodians} custodians for ${count} components`);
    return;
  }
  if (threshold === undefined || threshold > count) add('threshold', 'SHAMIR needs a threshold of at most count');
  else if (custodians < threshold || custodians > count) {
    add('count', `the roll-call has ${custodians} custodians; ${threshold} to ${count} can take part`);
  }
}
