/** The dashboard's answers: funnel by county, coverage, forecasts, blanks, capacity. Reads counters, never the registry. */
import { regionName } from '@rhc/card/profile';
import { type Clock, dayInChina, timestamp } from './clock.ts';
import { countyName } from './domain/area.ts';
import {
  addCounts,
  type Capacity,
  type CapacityPlan,
  daysOfBlanks,
  type Forecast,
  forecast,
  type Leak,
  largestLeak,
  NO_COUNTS,
  PROVINCE_POPULATION,
  planCapacity,
  type StageCounts,
  type Target,
  targetsOf,
} from './domain/steering/index.ts';
import { issuerErrors } from './errors.ts';
import { type Database, steering } from './store/index.ts';

export interface CountyStatus {
  readonly areaCode: string;
  readonly name: string;
  readonly city: string;
  readonly counts: StageCounts;
  readonly population: number;
  /** True where nobody has entered the county's population: an equal share of the province then stands for it. */
  readonly populationEstimated: boolean;
  /** Activated first cards of residents, 0 to 1. */
  readonly coverage: number;
  readonly leak: Leak | null;
  readonly oldest: { readonly cardId: string; readonly state: string; readonly orderedAt: string } | null;
}

export interface Dashboard {
  readonly madeAt: string;
  readonly total: StageCounts;
  readonly population: number;
  readonly coverage: number;
  readonly leak: Leak | null;
  readonly counties: readonly CountyStatus[];
  readonly forecasts: readonly Forecast[];
  readonly perDay: readonly { readonly day: string; readonly count: number }[];
  readonly blanks: {
    readonly stock: number;
    readonly usedPerDay: number;
    readonly daysLeft: number | null;
    readonly locations: readonly steering.BlankStock[];
  };
}

/** Counties of Hebei without the 市辖区 codes, which no county stands for. */
const COUNTIES = 167;
const LOOK_BACK_DAYS = 60;
const DAY_MS = 86_400_000;

export interface SteeringParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly targets?: readonly Target[];
}

export class Steering {
  readonly #parts: SteeringParts;

  constructor(parts: SteeringParts) {
    this.#parts = parts;
  }

  async dashboard(): Promise<Dashboard> {
    const { database, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const today = dayInChina(nowMs);
    const counted = await steering.countsByCounty(database);
    const known = new Map((await steering.populations(database)).map((row) => [row.areaCode, row.residents]));
    const oldest = await steering.oldestByCounty(database);
    const counties = counted.map(({ areaCode, counts }): CountyStatus => {
      const population = known.get(areaCode) ?? Math.round(PROVINCE_POPULATION / COUNTIES);
      const waiting = oldest
        .filter((each) => each.areaCode === areaCode)
        .sort((a, b) => (a.orderedAt < b.orderedAt ? -1 : 1))[0];
      return {
        areaCode,
        name: countyName(areaCode) ?? areaCode,
        city: regionName(`${areaCode.slice(0, 4)}00`)?.zh ?? areaCode.slice(0, 4),
        counts,
        population,
        populationEstimated: !known.has(areaCode),
        coverage: counts.activated / population,
        leak: largestLeak(counts),
        oldest:
          waiting === undefined ? null : { cardId: waiting.cardId, state: waiting.state, orderedAt: waiting.orderedAt },
      };
    });
    const total = counties.reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS);
    const sinceDay = dayInChina(nowMs - LOOK_BACK_DAYS * DAY_MS);
    const perDay = await steering.passagesByDay(database, 'activated', sinceDay);
    const used = await steering.passagesByDay(database, 'personalized', sinceDay);
    const targets = this.#parts.targets ?? targetsOf(Number(today.slice(0, 4)));
    const locations = await steering.blankStock(database);
    const stock = locations.reduce((sum, each) => sum + each.stock, 0);
    const usedPerDay = forecast({ id: 'blanks', text: { zh: '', en: '' }, cards: 0, by: null }, 0, used, today).perDay;
    return {
      madeAt: timestamp(nowMs),
      total,
      population: PROVINCE_POPULATION,
      coverage: total.activated / PROVINCE_POPULATION,
      leak: largestLeak(total),
      counties,
      forecasts: targets.map((target) => forecast(target, total.activated, perDay, today)),
      perDay,
      blanks: { stock, usedPerDay, daysLeft: daysOfBlanks(stock, usedPerDay), locations },
    };
  }

  /** @throws INPUT of `planCapacity` as CAPACITY_PLAN_WRONG */
  capacity(plan: CapacityPlan): Capacity {
    try {
      return planCapacity(plan);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw issuerErrors.make('CAPACITY_PLAN_WRONG', { detail: error.message, cause: error });
    }
  }

  populations(): Promise<steering.Population[]> {
    return steering.populations(this.#parts.database);
  }

  async setPopulations(list: readonly steering.Population[], actor: string): Promise<void> {
    const { database, clock } = this.#parts;
    const unknown = list.filter(({ areaCode }) => countyName(areaCode) === null);
    if (unknown.length > 0) {
      throw issuerErrors.make('AREA_UNKNOWN', {
        fields: unknown.map(({ areaCode }) => ({
          field: areaCode,
          rule: { zh: '不是河北省的县级行政区划代码', en: 'is no county of Hebei in GB/T 2260' },
        })),
      });
    }
    await database.transaction((transaction) =>
      steering.setPopulations(transaction, list, { actor, at: timestamp(clock.nowMs()) }),
    );
  }

  recordFirstUse(cardId: string, at: string): Promise<boolean> {
    return steering.recordFirstUse(this.#parts.database, cardId, at);
  }
}
