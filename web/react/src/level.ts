import { useEffect, useState } from "react";

/** How often loudness is measured; often enough for a responsive meter. */
const EVERY_MS = 120;
/** One audio graph for the page: browsers allow only a few. */
let shared: AudioContext | null = null;

/** How loud a stream's sound is at the moment, 0 to 1 in steps, while `on`. */
export function useLevel(stream: MediaStream, on: boolean): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!on || stream.getAudioTracks().length === 0) return setLevel(0);
    shared ??= new AudioContext();
    if (shared.state === "suspended") void shared.resume();
    const source = shared.createMediaStreamSource(stream);
    const analyser = shared.createAnalyser();
    analyser.fftSize = 512;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      setLevel(loudness(samples));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      source.disconnect();
    };
  }, [stream, on]);
  return level;
}

/** Root mean square, spread so that quiet speech already shows; in tenths, to spare renders. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / samples.length);
  return Math.min(10, Math.round(Math.sqrt(rms) * 20)) / 10;
}
