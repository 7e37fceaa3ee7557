/** The holder's side as it will be printed, drawn from the service's marks in millimetres; the printer's page is the PDF. */
import type { ReactNode } from 'react';
import type { FacePreviewResponse } from '../../src/contract/index.ts';

type Mark = FacePreviewResponse['marks'][number];
type Of<K extends Mark['kind']> = Extract<Mark, { kind: K }>;
const MM_PER_POINT = 25.4 / 72;
/** Inner corners of a regular star, as a share of the outer radius. */
const STAR_INNER = 0.382;

export function FaceSvg({ face, side = 'holder' }: { face: FacePreviewResponse; side?: Mark['side'] }): ReactNode {
  return (
    <svg
      className="counter-face"
      viewBox={`0 0 ${face.widthMm} ${face.heightMm}`}
      role="img"
      aria-label="卡面预览 Preview of the card's face"
    >
      <rect width={face.widthMm} height={face.heightMm} rx={face.cornerRadiusMm} className="counter-face-body" />
      {face.marks
        .filter((mark) => mark.side === side)
        .map((mark) => (
          <FaceMark key={`${mark.kind} ${mark.leftMm} ${mark.topMm}`} mark={mark} />
        ))}
    </svg>
  );
}

function FaceMark({ mark }: { mark: Mark }): ReactNode {
  switch (mark.kind) {
    case 'photo':
      return <Photo {...mark} />;
    case 'text':
      return <Words {...mark} />;
    case 'barcode':
      return mark.bars.map(({ leftMm, widthMm }) => (
        <rect key={leftMm} x={mark.leftMm + leftMm} y={mark.topMm} width={widthMm} height={mark.heightMm} />
      ));
    case 'seal':
      return <Seal {...mark} />;
  }
}

function Photo({ leftMm, topMm, widthMm, heightMm, photo }: Of<'photo'>): ReactNode {
  const place = { x: leftMm, y: topMm, width: widthMm, height: heightMm };
  if (photo === null) return <rect {...place} className="counter-face-empty" />;
  return <image {...place} href={`data:image/jpeg;base64,${photo}`} preserveAspectRatio="xMidYMid slice" />;
}

function Words({ leftMm, topMm, widthMm, heightMm, text, sizePt, bold, align }: Of<'text'>): ReactNode {
  const anchor = { left: 'start', center: 'middle', right: 'end' } as const;
  const x = leftMm + { left: 0, center: widthMm / 2, right: widthMm }[align];
  return (
    <text
      x={x}
      y={topMm + heightMm / 2}
      fontSize={sizePt * MM_PER_POINT}
      fontWeight={bold ? 700 : 400}
      textAnchor={anchor[align]}
      dominantBaseline="central"
      xmlSpace="preserve"
    >
      {text}
    </text>
  );
}

function Seal({ leftMm, topMm, widthMm, text, starMm }: Of<'seal'>): ReactNode {
  const radius = widthMm / 2;
  const [x, y] = [leftMm + radius, topMm + radius];
  const corners = Array.from({ length: 10 }, (_, at) => {
    const angle = -Math.PI / 2 + (at * Math.PI) / 5;
    const length = (starMm / 2) * (at % 2 === 0 ? 1 : STAR_INNER);
    return `${x + length * Math.cos(angle)},${y + length * Math.sin(angle)}`;
  });
  const characters = [...text];
  const sweep = 270;
  return (
    <g className="counter-face-seal">
      <circle cx={x} cy={y} r={radius - 0.2} />
      <polygon points={corners.join(' ')} />
      {characters.map((character, at) => (
        <text
          // biome-ignore lint/suspicious/noArrayIndexKey: the characters of one seal do not move
          key={at}
          x={x}
          y={y - radius + 1.3}
          fontSize={1.3}
          textAnchor="middle"
          dominantBaseline="central"
          transform={`rotate(${-sweep / 2 + (sweep * (at + 0.5)) / characters.length} ${x} ${y})`}
        >
          {character}
        </text>
      ))}
    </g>
  );
}
