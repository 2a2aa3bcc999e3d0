import { describe, expect, it } from 'vitest';

import { runLengths } from './run-lengths.ts';
import { scoresOf } from './scores.ts';

/** The run length of one threshold by plain elimination of its whole matrix. */
function solved(failure: number, success: number, failing: number, threshold: number): number {
  const rows = Array.from({ length: threshold }, (_, score) => {
    const row = Array.from({ length: threshold + 1 }, (_each, column) => Number(column === threshold));
    const add = (column: number, value: number) => (row[column] = (row[column] ?? 0) + value);
    add(score, 1);
    add(Math.max(0, score - success), failing - 1);
    if (score + failure < threshold) add(score + failure, -failing);
    return row;
  });
  rows.forEach((pivot, index) => {
    for (const row of rows.filter((each) => each !== pivot)) {
      const factor = (row[index] ?? 0) / (pivot[index] ?? 0);
      pivot.forEach((value, column) => (row[column] = (row[column] ?? 0) - factor * value));
    }
  });
  return (rows[0]?.[threshold] ?? 0) / (rows[0]?.[0] ?? 1);
}

describe('runLengths', () => {
  it.each([
    [0.05, 0.5],
    [0.01, 0.5],
    [0.1, 0.9],
    [0.4, 0.8],
    [0.5, 1],
    [0.05, 0.1],
  ])('gives what plain elimination gives (%f, %f)', (tolerable, unacceptable) => {
    const scores = scoresOf(tolerable, unacceptable);
    const lengths = runLengths(scores, tolerable, 1e6);
    for (let threshold = 1; threshold < Math.min(lengths.length, 60); threshold++) {
      const plain = solved(scores.failure, scores.success, tolerable, threshold);
      expect((lengths[threshold] ?? 0) / plain).toBeCloseTo(1, 6);
    }
  });

  it('gives what is known of runs of failures', () => {
    const lengths = runLengths({ failure: 1, success: Infinity, unit: 1 }, 0.1, 1e9);
    lengths.forEach((length, run) => expect(length / ((0.1 ** -run - 1) / 0.9 || 1)).toBeCloseTo(run === 0 ? 0 : 1, 6));
  });

  it('grows with the threshold, and ends at the first that is enough but not before two failures', () => {
    const lengths = runLengths(scoresOf(0.05, 0.5), 0.05, 1e9);
    lengths.slice(1).forEach((length, index) => expect(length).toBeGreaterThan((lengths[index] ?? 0) - 1e-9));
    expect(lengths.at(-1)).toBeGreaterThanOrEqual(1e9);
    expect(lengths.at(-2)).toBeLessThan(1e9);
    expect(runLengths({ failure: 7, success: 2, unit: 1 }, 0.05, 1)).toHaveLength(9);
  });
});
