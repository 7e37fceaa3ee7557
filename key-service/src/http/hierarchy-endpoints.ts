/** The hierarchy's data for whoever looks at keys. */
import type { Hierarchy } from '@rhc/hsm-config';
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { type HierarchyResponse, hierarchyResponse } from '../contract/index.ts';
import { EVERYBODY_INSIDE } from './access.ts';

export function hierarchyEndpoints(hierarchy: Hierarchy): Endpoint[] {
  // At each call: the table is also read where no hierarchy is at hand.
  const answer = (): HierarchyResponse => ({
    text: hierarchy.text,
    nation: hierarchy.nation,
    provinces: hierarchy.provinces.map(({ code, text, factor, cities }) => ({
      ...{ code, text, factor },
      cities: cities.map((city) => ({ code: city.code, text: city.text, disperses: city.dispersal !== 'none' })),
    })),
    issuers: hierarchy.issuers.map(({ code, text }) => ({ code, text })),
    slots: hierarchy.slots.map(({ name, text, root, purpose, onCard, suite, cityLevel }) => ({
      ...{ name, text, root, purpose, onCard, suite },
      cityLevel: cityLevel === true,
    })),
  });
  return [
    endpoint({
      method: 'get',
      path: '/v1/hierarchy',
      access: EVERYBODY_INSIDE,
      tag: '密钥 Keys',
      summary: { zh: '密钥体系:层级、地区、密钥位', en: 'The hierarchy: levels, areas, slots' },
      response: hierarchyResponse,
      handle: answer,
    }),
  ];
}
