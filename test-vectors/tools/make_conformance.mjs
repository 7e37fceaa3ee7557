#!/usr/bin/env node
/**
 * Writes test-vectors/conformance/*.json. Run: node test-vectors/tools/make_conformance.mjs [--check]. The tables of files, keys
 * and access are typed in from CARD-FACTS and the ADRs; nothing is read from the rooms, so the suite can find them wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessCases } from './conformance_access.mjs';
import { alsoOf, CLAUSES } from './conformance_clauses.mjs';
import { commandCases } from './conformance_commands.mjs';
import { keyCases } from './conformance_keys.mjs';
import { lifeCycleCases } from './conformance_life_cycle.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../conformance');
const LICENCE = 'as the project';
const COMMON = [
  'Every step and its words are explained in README.md beside this file.',
  'chip: operational = personalized with the public pilot keys, versions 1 and 2 of every slot; loaded = the same before END PERSONALIZATION; blank = transport key only.',
  'consequence: none = the card is afterwards as before; writes = contents change; irreversible = keys, states or tries change for good.',
];
const FILES = {
  'access.json': ['Access to every file (CARD-FACTS 2.1).', accessCases()],
  'commands.json': [
    'SELECT, records, binary, GET DATA, classes and lengths (CARD-FACTS 1, 4; ADR 001, 005).',
    commandCases(),
  ],
  'keys.json': [
    'Challenges, authentication, tries, versions, internal authentication (CARD-FACTS 3, 4; ADR 001).',
    keyCases(),
  ],
  'life-cycle.json': ['Chip states, personalization, block, unblock, re-key (ADR 001, 005).', lifeCycleCases()],
};

const texts = new Map();
const known = new Set(CLAUSES.map(({ id }) => id));
const ids = new Set();
for (const [name, [note, made]] of Object.entries(FILES)) {
  const cases = made.map(({ id, clause, chip, consequence = 'none', title, steps }) => {
    const also = alsoOf({ id, clause });
    for (const one of [clause, ...also]) if (!known.has(one)) throw new Error(`${id}: unknown clause ${one}`);
    if (ids.has(id)) throw new Error(`${id} is there twice`);
    ids.add(id);
    return { id, clause, ...(also.length > 0 && { also }), title, chip, consequence, steps };
  });
  const head = {
    kind: 'conformance-cases',
    source: 'test-vectors/tools/make_conformance.mjs, from CARD-FACTS, CARD.md, docs/adr/001 and 005',
    licence: LICENCE,
    notes: [note, ...COMMON],
    count: cases.length,
  };
  texts.set(name, file('../schema/conformance-file.schema.json', head, 'cases', cases));
}
const head = {
  kind: 'conformance-clauses',
  source: 'CARD-FACTS, CARD.md, docs/adr/001 and 005',
  licence: LICENCE,
  notes: ['A clause without a case says why.'],
  count: CLAUSES.length,
};
texts.set('clauses.json', file('../schema/conformance-file.schema.json', head, 'clauses', CLAUSES));

/** One line a step: a reader sees the dialogue. */
function file($schema, head, member, entries) {
  const line = (entry) => {
    if (entry.steps === undefined) return `  ${JSON.stringify(entry)}`;
    const { steps, ...rest } = entry;
    const lines = steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n');
    return `  ${JSON.stringify(rest).slice(0, -1)},"steps":[\n${lines}\n  ]}`;
  };
  const top = JSON.stringify({ $schema, ...head }, null, 1).slice(0, -2);
  return `${top},\n "${member}": [\n${entries.map(line).join(',\n')}\n ]\n}\n`;
}

let stale = false;
for (const [name, text] of texts) {
  const path = join(FOLDER, name);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    stale = true;
    process.stderr.write(`${path} is not what the tool makes\n`);
  }
}
process.stdout.write(`${ids.size} cases, ${CLAUSES.length} clauses\n`);
process.exit(stale ? 1 : 0);
