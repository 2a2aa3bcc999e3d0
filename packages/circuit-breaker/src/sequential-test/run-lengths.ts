import type { Scores } from './scores.ts';

/**
 * How many calls it takes on average until the score, from 0 on, reaches each threshold if the share `failing` of them fails: at
 * index h for threshold h, up to the first of at least `enough`, which takes more than one failure.
 *
 * Below a threshold the score is a Markov chain (Brook and Evans, 1972), and its run length is a sum over the first row of the
 * inverse of I - Q. The matrix of a threshold is the upper left corner of that of the next, so one LU decomposition, row by row
 * and within its bands, gives all of them.
 */
export function runLengths({ failure, success }: Scores, failing: number, enough: number): readonly number[] {
  const lengths = [0];
  const upper: Float64Array[] = []; // the rows of U, each from its diagonal on
  const visits: number[] = []; // the first row of the inverse of U
  const calls: number[] = []; // the inverse of L times ones
  for (let score = 0; score <= failure || at(lengths, score) < enough; score++) {
    const first = Math.max(0, score - success);
    const row = new Float64Array(score - first + failure + 1); // of I - Q, from column `first` on
    row[score - first] = 1;
    row[0] = at(row, 0) - (1 - failing);
    row[score - first + failure] = -failing;

    calls.push(1 - eliminate(row, first, upper, calls));
    upper.push(row.subarray(score - first));
    let reached = score === 0 ? 1 : 0;
    for (let from = Math.max(0, score - failure); from < score; from++)
      reached -= at(visits, from) * at(upper[from] ?? row, score - from);
    visits.push(reached / at(row, score - first));
    lengths.push(at(lengths, score) + at(visits, score) * at(calls, score));
  }
  return lengths;
}

/** Makes the row zero left of its diagonal; gives what the same steps take from its right side. */
function eliminate(row: Float64Array, first: number, upper: readonly Float64Array[], calls: readonly number[]): number {
  let taken = 0;
  for (let column = first; column < upper.length; column++) {
    const pivots = upper[column] ?? row;
    const factor = at(row, column - first) / at(pivots, 0);
    for (let place = 1; place < pivots.length; place++)
      row[column - first + place] = at(row, column - first + place) - factor * at(pivots, place);
    taken += factor * at(calls, column);
  }
  return taken;
}

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? 0;
