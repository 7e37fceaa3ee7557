/**
 * Reading a card for the desk: is it genuine, who is it, what must be known. The genuine-card check stands first
 * (CARD-FACTS 6.3): nothing is shown from a card that did not prove itself. Every answer tells where the time went.
 */
import { bytesToHex } from '@rhc/card/bytes';
import { type IpsBundle, toIpsBundle } from '@rhc/card/fhir';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { CardSession } from '@rhc/card/session';
import { decodeHealthSummary, type HealthSummary, readSummaryFiles } from '@rhc/card/summary';
import type {
  CardReadRequest,
  CardReadResponse,
  CardStanding,
  IdentityResponse,
  SummaryResponse,
} from '../contract/index.ts';
import type { Desk, PresentCardFact } from '../desk/desk.ts';
import type { HotlistDesk } from '../hotlist/index.ts';
import type { StandingJudge } from './card-standing.ts';
import type { CardWork } from './card-work.ts';
import { chinaDay, chinaInstant } from './china-time.ts';
import {
  elementView,
  photoText,
  readClinicalStage,
  readContactsStage,
  readIdentityStage,
  readPhotoStage,
  readVisitsStage,
  textValue,
} from './read-stages.ts';
import type { Stopwatch } from './stopwatch.ts';
import { type VisitTrustAnchor, verdictsOfFiles } from './visit-signatures.ts';

export interface CardReaderOptions {
  readonly desk: Desk;
  readonly work: CardWork;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly visitTrust: VisitTrustAnchor;
  readonly standing: StandingJudge;
  /** Absent: no hotlist is set up here. */
  readonly hotlist?: Pick<HotlistDesk, 'verdict'>;
}

/** Parts of a reading in the order in which they come. */
export type OnStage = (stage: string, part: object) => void;

const ALL_STAGES = ['clinical', 'photo', 'contacts', 'visits'] as const;

/** Reads for the local API. */
export class CardReader {
  readonly #options: CardReaderOptions;

  constructor(options: CardReaderOptions) {
    this.#options = options;
  }

  /** `onStage` gets each part as soon as it is read and as long as the same card lies there. */
  read(request: CardReadRequest, onStage: OnStage = () => undefined): Promise<CardReadResponse> {
    const { desk, work, now, visitTrust } = this.#options;
    const card = desk.chooseHealthCard(request.reader);
    const wanted = new Set<string>(request.stages ?? ALL_STAGES);
    return work.read(card, async (open) => {
      const { watch, genuine, timings } = open;
      const told = <T extends object>(stage: string, part: T): T => {
        desk.assertSameCard(card);
        onStage(stage, part);
        return part;
      };
      const first = await watch.stage('identity', () => readIdentityStage(open, chinaDay(now())));
      const hotlist = this.#options.hotlist?.verdict(textValue(first.identity, 'issueSerial'));
      const checked = hotlist === undefined ? first : { ...first, hotlist };
      const identity = told('identity', { ...factsOf(card), genuine, ...checked });
      const issuerCertificate = textValue(first.identity, 'issuerCertificate');
      const readers: Readonly<Record<(typeof ALL_STAGES)[number], () => Promise<object>>> = {
        clinical: () => readClinicalStage(open, request.psychiatric === true),
        photo: () => readPhotoStage(open),
        contacts: () => readContactsStage(open),
        visits: () => readVisitsStage(open, visitTrust, issuerCertificate),
      };
      let rest = {};
      for (const stage of ALL_STAGES.filter((each) => wanted.has(each))) {
        rest = { ...rest, ...told(stage, await watch.stage(stage, readers[stage])) };
      }
      return { ...identity, ...rest, timings: timings() } as CardReadResponse;
    });
  }

  /** All that the card holds, with visits and photo; the psychiatric flag only when asked for by name. */
  healthSummary(reader?: string, psychiatric = false) {
    return this.#read(reader, async (session, watch) => {
      const files = await watch.stage('files', () => this.#files(session, psychiatric));
      const summary = summaryOf(files);
      const standing = await watch.stage('standing', () => this.#options.standing.ofCard(session));
      return { standing, summary };
    });
  }

  /** FHIR R4 document in the shape of the International Patient Summary. */
  async fhir(reader?: string, psychiatric = false): Promise<IpsBundle> {
    const { desk, work, now, newId, visitTrust } = this.#options;
    const card = desk.chooseHealthCard(reader);
    const { files, standing } = await work.read(card, async ({ session }) => ({
      files: await this.#files(session, psychiatric),
      standing: await this.#options.standing.ofCard(session),
    }));
    const summary = summaryOf(files);
    const visits = summary.visits ?? { inpatient: [], outpatient: [] };
    const verdicts = verdictsOfFiles(visitTrust, summary.card.issuerCertificate, files, visits);
    return toIpsBundle(summary, {
      timestamp: chinaInstant(now()),
      bundleId: newId(),
      verdicts,
      standing: standingCodes(standing),
    });
  }

  #files(session: CardSession, psychiatric: boolean) {
    return readSummaryFiles(session, { photo: true, visits: true, psychiatric });
  }

  identity(reader?: string): Promise<IdentityResponse> {
    return this.#read(reader, async (session, watch) => {
      const identity = await watch.stage('identity', () => session.readIdentity());
      const validity = await watch.stage('validity', () => session.readFile('DDF1/EF08'));
      const elements = identity.elements.map(elementView);
      const standing = this.#options.standing.of([...elements, ...validity.map(elementView)]);
      return { standing, elements };
    });
  }

  summary(reader?: string): Promise<SummaryResponse> {
    return this.#read(reader, async (session, watch) => {
      const summary = await watch.stage('summary', () => session.readSummary({ photo: true }));
      const identity = summary.identity.map(elementView);
      return {
        standing: this.#options.standing.of(identity),
        identity,
        contacts: summary.contacts.map(elementView),
        alerts: summary.alerts.map(elementView),
        allergies: summary.allergies.map(({ substance, reaction }) => ({ substance, reaction })),
        immunizations: summary.immunizations.map(({ name, date }) => ({ name, date })),
        photo: photoText(summary.photo),
      };
    });
  }

  photo(reader?: string) {
    return this.#read(reader, async (session, watch) => {
      const photo = photoText(await watch.stage('photo', () => session.readPhoto()));
      return { standing: await watch.stage('standing', () => this.#options.standing.ofCard(session)), photo };
    });
  }

  async #read<T>(reader: string | undefined, read: (session: CardSession, watch: Stopwatch) => Promise<T>) {
    const { desk, work } = this.#options;
    const card = desk.chooseHealthCard(reader);
    return work.read(card, async ({ session, genuine, watch, timings }) => {
      const result = await read(session, watch);
      return { ...factsOf(card), genuine, ...result, timings: timings() };
    });
  }
}

function factsOf(card: PresentCardFact & { readonly cardFactor: Uint8Array }) {
  return { cardFactor: bytesToHex(card.cardFactor), insertion: card.insertion };
}

/** Tags of the document, so that whoever gets it alone knows what the desk knew of the card. */
function standingCodes({ hotlist, validity, clock }: CardStanding): readonly string[] {
  return [`hotlist-${hotlist.state}`, `validity-${validity.state}`, `clock-${clock.state}`];
}

function summaryOf(files: Parameters<typeof decodeHealthSummary>[1]): HealthSummary {
  return decodeHealthSummary({ profile: nationalProfile, product: rhcBlank1 }, files);
}
