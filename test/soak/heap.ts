import { setImmediate as turn } from 'node:timers/promises';

/** What was held in memory when so many calls were over and nothing was in flight. */
export interface HeapSample {
  readonly calls: number;
  readonly bytes: number;
}

/** Hears of each sample, to show how far it is. */
export type Paused = (sample: HeapSample) => void;

/** How memory went on after the warm-up. */
export interface Trend {
  /** How many samples were left out at the beginning. */
  readonly warmUp: number;
  /** What a call leaves behind: the slope of a line through the others, by least squares, in bytes. */
  readonly bytesPerCall: number;
  /** How far off that slope may be: its standard error. */
  readonly error: number;
}

/** What is held once all garbage is gone. Needs `--expose-gc`. */
export async function heldBytes(): Promise<number> {
  for (let times = 0; times < 4; times++) {
    globalThis.gc?.();
    await turn(); // what was collected is told of in a turn of its own
  }
  const { heapUsed, external } = process.memoryUsage(); // array buffers are part of what is external
  return heapUsed + external;
}

/** The trend of the samples, of which the first third warms up: code is compiled, rooms grow to what they need. */
export function trendOf(samples: readonly HeapSample[]): Trend {
  const warmUp = Math.floor(samples.length / 3);
  const rest = samples.slice(warmUp);
  const meanCalls = mean(rest.map(({ calls }) => calls));
  const meanBytes = mean(rest.map(({ bytes }) => bytes));
  let squares = 0;
  let products = 0;
  for (const { calls, bytes } of rest) {
    squares += (calls - meanCalls) ** 2;
    products += (calls - meanCalls) * (bytes - meanBytes);
  }
  const bytesPerCall = products / squares;
  const off = rest.map(({ calls, bytes }) => (bytes - meanBytes - bytesPerCall * (calls - meanCalls)) ** 2);
  const error = Math.sqrt(off.reduce((sum, each) => sum + each, 0) / (rest.length - 2) / squares);
  return { warmUp, bytesPerCall, error };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
