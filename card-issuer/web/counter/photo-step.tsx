/**
 * The photo: from the camera or from a file, cut by arrow keys, with its background looked at and its size as the chip takes
 * it. What is shown at the right is what the card will carry, not the picture that was taken.
 */
import { Both, Fault, FaultNotice, StatusTag, useDo } from '@rhc/console-shell';
import { Slider } from 'antd';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import {
  type Background,
  backgroundOf,
  CENTRED,
  type Crop,
  drawFrame,
  type EncodedPhoto,
  encodeWithin,
  LEAST_SOURCE_PX,
  type Source,
} from './photo-encoding.ts';
import { type Action, StepFrame } from './step-frame.tsx';
import { useCamera } from './use-camera.ts';

const SHOWN_HEIGHT_PX = 300;
const MOVE = 0.02;
const ZOOM = 0.05;
/** A light and even background: measured at the upper corners. */
const LIGHT = 130;
const EVEN = 35;
const SETTLE_MS = 120;
const NO_PICTURE = {
  code: 'PHOTO_FILE_UNREADABLE',
  message: { zh: '这个文件不是能打开的照片。', en: 'This file is no picture that can be opened.' },
  nextStep: {
    zh: '请按 F4 另选一个 JPEG、PNG、BMP 或 WebP 文件,或重新拍照。',
    en: 'Choose another JPEG, PNG, BMP or WebP file with F4, or take the photo anew.',
  },
  retriable: false,
};

interface Props {
  /** Base64 of what the record has. */
  readonly photo: string | undefined;
  readonly maxBytes: number;
  readonly saving: ReturnType<typeof useDo<[string | undefined], void>>;
  onBack(): void;
}

export function PhotoStep({ photo, maxBytes, saving, onBack }: Props): ReactNode {
  const [kept, setKept] = useState(photo);
  const [source, setSource] = useState<Source | null>(null);
  const camera = useCamera(kept === undefined && source === null);
  const file = useRef<HTMLInputElement>(null);
  const choose = useDo(async (chosen: File) => {
    const image = await createImageBitmap(chosen).catch(() => {
      throw new Fault(NO_PICTURE, 0, null);
    });
    setKept(undefined);
    setSource({ image, width: image.width, height: image.height });
  });
  const again = () => {
    setKept(undefined);
    setSource(null);
  };
  const take = useDo(async () => setSource(await camera.take()));
  const fromFile: Action = {
    label: { zh: '选择文件', en: 'Choose a file' },
    hotkey: 'F4',
    run: () => file.current?.click(),
  };
  const back: Action = { label: { zh: '返回登记', en: 'Back' }, hotkey: 'Escape', run: onBack };
  const chooser = (
    <input
      ref={file}
      type="file"
      className="counter-file"
      accept="image/jpeg,image/png,image/bmp,image/webp"
      aria-label="照片文件 Photo file"
      tabIndex={-1}
      onChange={({ target }) => {
        const [chosen] = target.files ?? [];
        if (chosen !== undefined) void choose.run(chosen);
        // The same file once more is a choice as well: it may have been mended meanwhile.
        target.value = '';
      }}
    />
  );
  if (source !== null) {
    return (
      <Cropping
        source={source}
        maxBytes={maxBytes}
        saving={saving}
        onAgain={again}
        extra={[fromFile]}
        fault={choose.fault}
        chooser={chooser}
      />
    );
  }
  const without: Action = {
    label: { zh: '没有照片,继续', en: 'Go on without a photo' },
    hotkey: 'F9',
    run: () => void saving.run(undefined),
    busy: saving.busy,
  };
  if (kept !== undefined) {
    return (
      <StepFrame
        task={{ zh: '已有照片:与本人核对', en: 'There is a photo: compare it with the person' }}
        actions={[
          {
            label: { zh: '沿用照片', en: 'Keep the photo' },
            hotkey: 'Enter',
            run: () => void saving.run(kept),
            busy: saving.busy,
          },
          { label: { zh: '重拍', en: 'Take another' }, hotkey: 'F2', run: again },
          fromFile,
          back,
        ]}
      >
        <FaultNotice fault={saving.fault ?? choose.fault} />
        <img className="counter-photo" alt="已登记的面貌 the face on record" src={`data:image/jpeg;base64,${kept}`} />
        {chooser}
      </StepFrame>
    );
  }
  return (
    <StepFrame
      task={{ zh: '请本人面向镜头,浅色背景,回车拍照', en: 'Face the camera before a light background; Enter takes it' }}
      actions={[
        {
          label: { zh: '拍照', en: 'Take the photo' },
          hotkey: 'Enter',
          run: () => void take.run(),
          busy: take.busy,
          disabled: camera.state !== 'ready',
        },
        fromFile,
        without,
        back,
      ]}
    >
      <FaultNotice fault={saving.fault ?? take.fault ?? choose.fault} />
      {camera.state === 'none' && (
        <p className="counter-fault" role="alert">
          <Both zh="没有可用的摄像头" en="no camera to use" /> →{' '}
          <Both
            zh="请接好摄像头并允许使用,或按 F4 选择照片文件"
            en="plug it in and allow it, or choose a file with F4"
          />
        </p>
      )}
      <video className="counter-video" ref={camera.video} muted autoPlay playsInline />
      {chooser}
    </StepFrame>
  );
}

interface CroppingProps {
  readonly source: Source;
  readonly maxBytes: number;
  readonly saving: Props['saving'];
  readonly extra: readonly Action[];
  readonly chooser: ReactNode;
  /** Of a file that was chosen instead of this picture. */
  readonly fault: Fault | null;
  onAgain(): void;
}

function Cropping({ source, maxBytes, saving, extra, chooser, fault, onAgain }: CroppingProps): ReactNode {
  const [crop, setCrop] = useState<Crop>(CENTRED);
  const [made, setMade] = useState<EncodedPhoto | null>(null);
  const [background, setBackground] = useState<Background | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const encode = useDo(async (wanted: Crop) => setMade(await encodeWithin(source, wanted, maxBytes)));
  const { run } = encode;
  useEffect(() => {
    if (canvas.current === null) return;
    drawFrame(canvas.current, source, crop, SHOWN_HEIGHT_PX);
    setBackground(backgroundOf(canvas.current));
    setMade(null);
    const timer = setTimeout(() => void run(crop), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [source, crop, run]);
  const move = (change: Partial<Crop>) =>
    setCrop((old) => {
      const clamp = (value: number, least: number) => Math.min(1, Math.max(least, value));
      const next = { ...old, ...change };
      return { x: clamp(next.x, 0), y: clamp(next.y, 0), size: clamp(next.size, 0.3) };
    });
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, Partial<Crop>>> = {
      ArrowLeft: { x: crop.x - MOVE },
      ArrowRight: { x: crop.x + MOVE },
      ArrowUp: { y: crop.y - MOVE },
      ArrowDown: { y: crop.y + MOVE },
      '+': { size: crop.size - ZOOM },
      '=': { size: crop.size - ZOOM },
      '-': { size: crop.size + ZOOM },
    };
    const wanted = moves[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    move(wanted);
  };
  const tooSmall = source.width < LEAST_SOURCE_PX.width || source.height < LEAST_SOURCE_PX.height;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move the frame wherever the focus is
    <div onKeyDown={onKeyDown}>
      <StepFrame
        task={{
          zh: '方向键移动,+ − 缩放;脸在椭圆内,回车采用',
          en: 'Arrows move, + − zoom; face in the oval; Enter takes it',
        }}
        actions={[
          {
            label: { zh: '采用并保存', en: 'Use it and store' },
            hotkey: 'Enter',
            run: () => void saving.run(made?.base64),
            busy: saving.busy,
            disabled: made === null || tooSmall,
          },
          ...extra,
          { label: { zh: '重拍', en: 'Take another' }, hotkey: 'Escape', run: onAgain },
        ]}
      >
        <FaultNotice fault={saving.fault ?? encode.fault ?? fault} />
        <div className="counter-cropping">
          <div className="counter-crop">
            <canvas ref={canvas} aria-label="裁剪框 crop" />
            <span className="counter-oval" aria-hidden="true" />
          </div>
          <div>
            {made === null ? (
              <div className="counter-photo counter-photo-empty" />
            ) : (
              <img
                className="counter-photo"
                alt="写入卡内的照片 as on the card"
                src={`data:image/jpeg;base64,${made.base64}`}
              />
            )}
            <p className="quiet">写入卡内 as on the card</p>
          </div>
          <ul className="counter-checks" aria-live="polite">
            <li>
              {tooSmall ? (
                <StatusTag state="bad">照片过小,请换一张 too small</StatusTag>
              ) : made === null ? (
                <StatusTag state="busy">压缩中 compressing</StatusTag>
              ) : (
                <StatusTag state="good">
                  {made.bytes} / {maxBytes} 字节 bytes · {made.widthPx} × {made.heightPx}
                </StatusTag>
              )}
            </li>
            <li>{background !== null && <BackgroundLight {...background} />}</li>
            <li>
              <span id="counter-zoom">
                <Both zh="缩放" en="Zoom" />
              </span>
              <Slider
                ariaLabelledByForHandle="counter-zoom"
                min={30}
                max={100}
                reverse
                tooltip={{ open: false }}
                value={Math.round(crop.size * 100)}
                onChange={(size) => move({ size: size / 100 })}
              />
            </li>
          </ul>
        </div>
        {chooser}
      </StepFrame>
    </div>
  );
}

function BackgroundLight({ brightness, spread }: Background): ReactNode {
  if (brightness < LIGHT) return <StatusTag state="warn">背景偏暗 dark background</StatusTag>;
  if (spread > EVEN) return <StatusTag state="warn">背景不均匀 uneven background</StatusTag>;
  return <StatusTag state="good">背景合适 background</StatusTag>;
}
