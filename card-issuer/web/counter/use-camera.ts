/** The camera while it is wanted; let go of as soon as it is not. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Source } from './photo-encoding.ts';

export interface Camera {
  readonly state: 'starting' | 'ready' | 'none';
  readonly video: RefObject<HTMLVideoElement | null>;
  /** The picture of this moment. */
  take(): Promise<Source>;
}

const WISH: MediaStreamConstraints = { video: { width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false };

export function useCamera(wanted: boolean): Camera {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<Camera['state']>('starting');
  useEffect(() => {
    if (!wanted) return;
    let stream: MediaStream | null = null;
    let ended = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const start = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia(WISH);
        const element = video.current;
        if (ended || element === null) return stop();
        element.srcObject = stream;
        await element.play();
        setState('ready');
      } catch {
        // None, in use elsewhere, or not allowed: the page says what to do.
        if (!ended) setState('none');
      }
    };
    setState('starting');
    void start();
    return () => {
      ended = true;
      stop();
    };
  }, [wanted]);
  const take = async (): Promise<Source> => {
    if (video.current === null) throw new Error('the camera shows nothing');
    const image = await createImageBitmap(video.current);
    return { image, width: image.width, height: image.height };
  };
  return { state, video, take };
}
