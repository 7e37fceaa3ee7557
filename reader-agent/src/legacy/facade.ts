/**
 * The functions of the national interface, so that a hospital's program moves call by call: the same names, fields and return
 * codes, over HTTP. `hDev` is the insertion of the card: a handle that was opened for patient A never touches card B. Not
 * here: SendAPDU, the SAM's functions and the visits by position (use /v1/card/visits).
 */
import { isRhcError } from '@rhc/card/errors';
import { nationalProfile } from '@rhc/card/profile';
import type { LegacyAnswer } from '../contract/legacy.ts';
import type { CardStanding } from '../contract/reads.ts';
import type { PatchWish } from '../contract/writes.ts';
import type { CardWork, CardWriter, OpenCard, StandingJudge } from '../core/index.ts';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { wireError } from '../wire-error.ts';
import { fieldText, valueOfField } from './field-text.ts';
import { LEGACY_FILES, LEGACY_INDEXES, LEGACY_LISTS, type LegacyFile } from './functions.ts';
import { LEGACY_CODES, type LegacyCodeName, legacyCodeOf } from './return-codes.ts';

export interface LegacyFacadeOptions {
  readonly desk: Desk;
  readonly work: CardWork;
  readonly standing: StandingJudge;
  readonly writer: CardWriter;
}

type Fields = Readonly<Record<string, string>>;
interface Outcome {
  readonly code?: LegacyCodeName;
  readonly fields: Fields;
  readonly standing?: CardStanding;
}
type Call = (parameters: Fields) => Promise<Outcome>;

export class LegacyFacade {
  readonly #options: LegacyFacadeOptions;
  readonly #calls: ReadonlyMap<string, Call>;

  constructor(options: LegacyFacadeOptions) {
    this.#options = options;
    const calls = new Map<string, Call>();
    calls.set('iDOpenPort', async () => ({ fields: { hDev: String(options.desk.chooseHealthCard().insertion) } }));
    calls.set('iDClosePort', async () => ({ fields: {} }));
    calls.set('iR_DDF1EF07Info', (given) => this.#photo(given));
    for (const [name, file] of Object.entries(LEGACY_FILES)) {
      calls.set(`iR_${name}Info`, (given) => this.#read(file, given));
      if (file.writable) calls.set(`iW_${name}Info`, (given) => this.#write(file, given));
    }
    for (const [name, file] of Object.entries(LEGACY_LISTS)) {
      calls.set(`iR_${name}Info`, (given) => this.#readEntry(file, given));
      calls.set(`iW_${name}Info`, (given) => this.#writeEntry(file, given));
    }
    for (const [name, file] of Object.entries(LEGACY_INDEXES)) {
      calls.set(`iR_${name}Info`, (given) => this.#index(file, given));
    }
    this.#calls = calls;
  }

  names(): readonly string[] {
    return [...this.#calls.keys()];
  }

  /**
   * Never rejects for what a card, a reader or the caller's parameters do: that is the return code.
   * @throws LEGACY_FUNCTION_UNKNOWN
   */
  async call(name: string, parameters: Fields): Promise<LegacyAnswer> {
    const call = this.#calls.get(name);
    if (call === undefined) throw agentErrors.make('LEGACY_FUNCTION_UNKNOWN');
    try {
      const { code = 'IRV_OK', ...outcome } = await call(parameters);
      return { code: LEGACY_CODES[code], name: code, ...outcome, error: null };
    } catch (error) {
      if (!isRhcError(error)) throw error;
      const code = legacyCodeOf(error);
      return { code: LEGACY_CODES[code], name: code, fields: {}, error: wireError(error.toBody()) };
    }
  }

  /** Only the card for which the handle was opened. */
  #card({ hDev }: Fields) {
    const { desk } = this.#options;
    const card = desk.chooseHealthCard();
    if (hDev === undefined) throw parameterFault('hDev');
    desk.assertSameCard({ ...card, insertion: Number(hDev) });
    return card;
  }

  /** A program of 2012 asks file by file: each answer tells how the card stands. */
  #reading(given: Fields, read: (open: OpenCard) => Promise<Outcome>): Promise<Outcome> {
    const { standing, work } = this.#options;
    return work.read(this.#card(given), async (open) => {
      const outcome = await read(open);
      return { ...outcome, standing: await standing.ofCard(open.session) };
    });
  }

  #read({ file, fields }: LegacyFile, given: Fields) {
    return this.#reading(given, async ({ session }) => {
      const elements = await session.readFile(file);
      return {
        fields: named(
          fields,
          elements.map(({ id, raw }) => fieldText(elementOf(id), raw)),
        ),
      };
    });
  }

  #readEntry({ file, fields }: LegacyFile, given: Fields) {
    const number = recordNumber(given, file);
    return this.#reading(given, async ({ session }) => {
      const record = (await session.readCyclicRecords(file))[number - 1];
      if (record === undefined) throw agentErrors.make('LEGACY_RECORD_EMPTY');
      return {
        fields: named(
          fields,
          record.map(({ id, raw }) => fieldText(elementOf(id), raw)),
        ),
      };
    });
  }

  #index({ file, fields }: { readonly file: string; readonly fields: readonly string[] }, given: Fields) {
    return this.#reading(given, async ({ session }) => {
      const flags = await session.readIndex(file);
      return {
        fields: named(
          fields,
          flags.map((valid) => (valid ? '00' : 'FF')),
        ),
      };
    });
  }

  /** JPEG as base64, without the two bytes of its length. */
  #photo(given: Fields) {
    return this.#reading(given, async ({ session }) => {
      const photo = await session.readPhoto();
      return { fields: { ZHAOPIAN: photo === null ? '' : Buffer.from(photo).toString('base64') } };
    });
  }

  #write({ file, fields }: LegacyFile, given: Fields) {
    const declared = nationalProfile.file(file);
    const elements = declared.structure === 'tlv-records' ? declared.elements : [];
    const patch: PatchWish = {};
    for (const [i, element] of elements.entries()) {
      const name = fields[i] ?? '';
      const text = given[name];
      // A parameter that is left out leaves the card as it is.
      if (text === undefined) continue;
      const parsed = valueOfField(element, text);
      if (parsed === null) throw parameterFault(name);
      patch[element.id] = parsed.value;
    }
    requireKnown(given, fields);
    return this.#patch(given, patch);
  }

  #writeEntry({ file, fields }: LegacyFile, given: Fields) {
    const declared = nationalProfile.file(file);
    const elements = declared.structure === 'cyclic' ? declared.elements : [];
    const keys = file === 'DF02/EF07' ? ['substance', 'reaction'] : ['name', 'date'];
    const entry: Record<string, string> = {};
    for (const [i, element] of elements.entries()) {
      const parsed = valueOfField(element, given[fields[i] ?? ''] ?? '');
      if (parsed === null) throw parameterFault(fields[i] ?? '');
      entry[keys[i] ?? ''] = typeof parsed.value === 'string' ? parsed.value : '';
    }
    requireKnown(given, fields);
    return this.#patch(given, { [file === 'DF02/EF07' ? 'allergies' : 'immunizations']: [entry] });
  }

  async #patch(given: Fields, patch: PatchWish) {
    if (Object.keys(patch).length === 0) throw parameterFault('');
    const { reader, insertion } = this.#card(given);
    // The interface has no word for "expected": whoever wants it moves to /v1/card/patch.
    const answer = await this.#options.writer.patch({ reader, insertion, patch, expected: {} });
    return { code: answer.complete ? ('IRV_OK' as const) : ('WR_RCDERR' as const), fields: { id: answer.id } };
  }
}

function elementOf(id: string) {
  return nationalProfile.element(id).element;
}

function named(names: readonly string[], texts: readonly string[]): Fields {
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']));
}

function recordNumber({ nRecorderNo }: Fields, fileId: string): number {
  const file = nationalProfile.file(fileId);
  const most = file.structure === 'cyclic' ? file.recordCount : 0;
  const number = Number(nRecorderNo);
  if (!Number.isInteger(number) || number < 1 || number > most) throw parameterFault('nRecorderNo');
  return number;
}

/** A misspelt name would leave its field unwritten without a word. */
function requireKnown(given: Fields, fields: readonly string[]): void {
  const strange = Object.keys(given).find((name) => name !== 'hDev' && !fields.includes(name));
  if (strange !== undefined) throw parameterFault(strange);
}

function parameterFault(field: string) {
  const rule = { zh: '缺少、多余或格式不符', en: 'is missing, unknown or malformed' };
  return agentErrors.make('LEGACY_PARAMETER', { fields: [{ field, rule }] });
}
