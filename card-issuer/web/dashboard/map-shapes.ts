/** Shapes of the counties as SVG paths: an equirectangular projection at the middle of Hebei, good enough at this size. */

type Position = readonly [number, number];
interface Feature {
  readonly id: string;
  readonly geometry: {
    readonly type: 'MultiPolygon';
    readonly coordinates: readonly (readonly (readonly Position[])[])[];
  };
}
export interface CountyMap {
  readonly features: readonly Feature[];
}

/** Left, top, right, bottom. */
type Bounds = readonly [number, number, number, number];

export interface MapShapes {
  readonly all: Bounds;
  readonly counties: readonly { readonly areaCode: string; readonly path: string; readonly bounds: Bounds }[];
}

const MIDDLE_LATITUDE = 39;
/** Units of the picture for a degree of latitude. */
const SCALE = 75;
const SQUEEZE = Math.cos((MIDDLE_LATITUDE * Math.PI) / 180);

const project = ([longitude, latitude]: Position): Position => [longitude * SQUEEZE * SCALE, -latitude * SCALE];

function boundsOf(points: readonly Position[]): Bounds {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

const around = (all: readonly Bounds[]): Bounds => [
  Math.min(...all.map(([left]) => left)),
  Math.min(...all.map(([, top]) => top)),
  Math.max(...all.map(([, , right]) => right)),
  Math.max(...all.map(([, , , bottom]) => bottom)),
];

export function mapShapes({ features }: CountyMap): MapShapes {
  const counties = features.map(({ id, geometry }) => {
    const rings = geometry.coordinates.flat().map((ring) => ring.map(project));
    const path = rings.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`).join('');
    return { areaCode: id, path, bounds: boundsOf(rings.flat()) };
  });
  return { all: around(counties.map(({ bounds }) => bounds)), counties };
}

/** The part that is shown: the whole, or the city of a county, which on the whole is a few dots. */
export function viewBox({ all, counties }: MapShapes, areaCode: string): string {
  const city = counties.filter((each) => each.areaCode.slice(0, 4) === areaCode.slice(0, 4));
  const [left, top, right, bottom] = city.length === 0 ? all : around(city.map(({ bounds }) => bounds));
  const edge = (right - left) / 50;
  return [left - edge, top - edge, right - left + 2 * edge, bottom - top + 2 * edge].map((x) => x.toFixed(1)).join(' ');
}
