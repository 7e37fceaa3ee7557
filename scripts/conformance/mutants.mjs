/** Cards that forget one rule each: the proof that the suite looks (card issue, "What must hold"). */
import { COS_RULE_NAMES, COS_RULES, rulesWithout } from '@rhc/virtual-card/cos';

const FREE = { kind: 'free' };
const key = (/** @type {number} */ nibble) => ({ kind: 'key', nibble });
const READ_KEY = 4;
const UPDATE_KEY = 5;
const ERASE_KEY = 6;

/** @param {import('./suite.d.mts').Images} images */
export function mutants(images) {
  const rules = COS_RULE_NAMES.map((name) => ({
    name,
    near: '',
    rule: COS_RULES[name],
    images,
    rules: rulesWithout(name),
  }));
  return [...rules, ...images.operational.files.flatMap((file) => fileMutants(images, file))];
}

/** Each access rule of a file loosened in turn, and its transport. */
function fileMutants(images, file) {
  const id = `${hexFid(file.directory)}/${hexFid(file.fid)}`;
  const { read, update, erase, transport } = file.rules;
  const loosened = [
    ...(read.kind === 'key'
      ? [
          ['read', FREE, 'read without a key'],
          ['read', key(UPDATE_KEY), 'UK1 reads'],
        ]
      : []),
    ['update', FREE, 'update without a key'],
    ['update', key(READ_KEY), 'the read key updates'],
    ...(update.kind === 'never' ? [['update', key(UPDATE_KEY), 'UK1 rewrites what is never rewritten']] : []),
    ...(update.kind === 'key' && update.nibble !== UPDATE_KEY ? [['update', key(UPDATE_KEY), 'UK1 updates']] : []),
    ...(update.kind === 'key' && update.nibble === UPDATE_KEY && file.directory === 0xdf02
      ? [['update', key(ERASE_KEY), 'UK2 updates']]
      : []),
    ...(erase.kind === 'key'
      ? [
          ['erase', FREE, 'erase without a key'],
          ['erase', update, 'UK1 erases'],
        ]
      : []),
    ...(transport === 'plain' ? [] : [['transport', 'plain', 'plain update taken']]),
    ...(transport === 'mac' ? [['transport', 'encipher-and-mac', 'index flag by cipher and MAC']] : []),
    ...(transport === 'encipher-and-mac' ? [['transport', 'mac', 'MAC alone']] : []),
  ];
  return loosened.map(([right, value, rule]) => ({
    name: `${id} ${rule}`,
    near: `${id}/`,
    rule: `CARD-FACTS 2.1: ${id}`,
    images: { ...images, operational: changed(images.operational, file, String(right), value) },
  }));
}

function changed(content, file, right, value) {
  const rules = { ...file.rules, [right]: value };
  return { ...content, files: content.files.map((one) => (one === file ? { ...one, rules } : one)) };
}

function hexFid(/** @type {number} */ fid) {
  return fid.toString(16).toUpperCase().padStart(4, '0');
}
