/**
 * Short tones, so that a clerk who looks at the patient hears what happens. Made by WebAudio, no files. A browser gives
 * sound only after the first key or click; what was played last stands on <html data-sound>, also for those who hear nothing.
 */
export type Sound = 'inserted' | 'done' | 'alert' | 'written' | 'error' | 'removed';

/** Hertz and seconds, one after the other. */
const TONES: Readonly<Record<Sound, readonly (readonly [number, number])[]>> = {
  inserted: [[660, 0.07]],
  done: [
    [660, 0.08],
    [880, 0.12],
  ],
  // Three equal, louder beeps: allergies and the like must not be missed.
  alert: [
    [988, 0.12],
    [0, 0.06],
    [988, 0.12],
    [0, 0.06],
    [988, 0.18],
  ],
  written: [
    [784, 0.08],
    [1047, 0.14],
  ],
  error: [
    [220, 0.18],
    [165, 0.25],
  ],
  removed: [[440, 0.07]],
};
const MUTED = 'rhc-muted';

export const isMuted = (): boolean => localStorage.getItem(MUTED) === '1';
export const setMuted = (muted: boolean): void => localStorage.setItem(MUTED, muted ? '1' : '0');

let context: AudioContext | null = null;

export function play(sound: Sound): void {
  document.documentElement.dataset.sound = isMuted() ? 'muted' : sound;
  if (isMuted()) return;
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume();
    let at = context.currentTime;
    for (const [hertz, seconds] of TONES[sound]) {
      if (hertz > 0) tone(context, hertz, at, seconds, sound === 'alert' ? 0.25 : 0.12);
      at += seconds;
    }
  } catch {
    // A machine without sound; the light says the same.
  }
}

function tone(audio: AudioContext, hertz: number, at: number, seconds: number, loudness: number): void {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + seconds);
}
