import type { HeapSample } from './heap.ts';

/** How memory went on after the warm-up. */
export interface Trend {
  /** How many samples were left out at the beginning. */
  readonly warmUp: number;
  /** What a call leaves behind: the slope of a line through the others, by least squares, in bytes. */
  readonly bytesPerCall: number;
  /** How far off that slope may be: its standard error. */
  readonly error: number;
}

/** The trend of the samples, of which the first half warms up: code is compiled, rooms grow to what they need. */
export function trendOf(samples: readonly HeapSample[]): Trend {
  const warmUp = Math.floor(samples.length / 2);
  const rest = samples.slice(warmUp);
  const meanCalls = mean(rest.map(({ calls }) => calls));
  const meanBytes = mean(rest.map(({ bytes }) => bytes));
  const squares = sum(rest.map(({ calls }) => (calls - meanCalls) ** 2));
  const bytesPerCall = sum(rest.map(({ calls, bytes }) => (calls - meanCalls) * (bytes - meanBytes))) / squares;
  const off = rest.map(({ calls, bytes }) => bytes - meanBytes - bytesPerCall * (calls - meanCalls));
  const variance = sum(off.map((each) => each ** 2)) / (rest.length - 2);
  return { warmUp, bytesPerCall, error: Math.sqrt((variance / squares) * repetition(off)) };
}

/** How many of them say what one would that hung on no other: a curve, or a jump that stays, is no noise that evens out. */
function repetition(off: readonly number[]): number {
  const squares = sum(off.map((each) => each ** 2));
  const products = sum(off.map((each, index) => each * (off[index - 1] ?? 0)));
  const alike = squares === 0 ? 0 : Math.max(0, products / squares);
  return (1 + alike) / (1 - alike);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
