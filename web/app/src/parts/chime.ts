// Short sounds made by the browser itself: two tones, upwards or downwards.
import { currentHabits } from "../habits.ts";

const TONES = { came: [523, 784], left: [784, 523], test: [523, 659, 784] } as const;
const SECONDS = 0.12;
const LOUDNESS = 0.08;
let context: AudioContext | null = null;

/** Plays it where sound is played; a browser that plays nothing before a click stays silent. */
export async function chime(name: keyof typeof TONES): Promise<void> {
  try {
    context ??= new AudioContext();
    await (context as { setSinkId?: (id: string) => Promise<void> }).setSinkId?.(currentHabits().speaker);
    if (context.state !== "running") await context.resume();
  } catch {
    // Another speaker than chosen, or none: a sound less.
  }
  const now = context?.currentTime ?? 0;
  for (const [place, frequency] of TONES[name].entries()) tone(frequency, now + place * SECONDS);
}

function tone(frequency: number, at: number): void {
  if (!context) return;
  const [source, volume] = [context.createOscillator(), context.createGain()];
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(LOUDNESS, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + SECONDS);
}
