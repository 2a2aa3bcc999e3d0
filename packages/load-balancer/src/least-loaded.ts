import type { Random } from '@inmesh/core';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';

/**
 * Draws two endpoints at random and takes the one with fewer calls in flight: nearly as good as asking all of them, without
 * looking at more than two, and without the stampede onto the one that looks best to everybody.
 *
 * An endpoint of twice the weight is drawn twice as often and is as loaded with twice the calls.
 */
export function leastLoaded(): Algorithm {
  return { start: () => new TwoChoices() };
}

class TwoChoices implements Picker {
  #seen: readonly Candidate[] | undefined = undefined;
  #sums: Float64Array | undefined = undefined; // running sums of the weights; none if all weigh the same

  pick(candidates: readonly Candidate[], random: Random): Candidate {
    if (candidates !== this.#seen) {
      this.#seen = candidates;
      this.#sums = runningSums(candidates);
    }
    const count = candidates.length;
    const sums = this.#sums;
    const first = sums === undefined ? Math.floor(random() * count) : indexAt(sums, random() * total(sums));
    const one = candidates[first] as Candidate; // random() is below 1, so the index is that of a candidate
    if (count === 1) return one;
    const other = candidates[sums === undefined ? another(first, count, random) : anotherOf(sums, first, random)];
    if (other === undefined) return one;
    // The other, if it would still be no busier with this call than the one drawn first is without it.
    return (other.inFlight + 1) * one.weight <= one.inFlight * other.weight ? other : one;
  }
}

/** An index drawn without putting the first back. */
function another(first: number, count: number, random: Random): number {
  const index = Math.floor(random() * (count - 1));
  return index >= first ? index + 1 : index;
}

/** The same by weight: the part of the line that belongs to the first is skipped. */
function anotherOf(sums: Float64Array, first: number, random: Random): number {
  const start = first === 0 ? 0 : (sums[first - 1] ?? 0);
  const weight = (sums[first] ?? 0) - start;
  const point = random() * (total(sums) - weight);
  return indexAt(sums, point >= start ? point + weight : point);
}

function runningSums(candidates: readonly Candidate[]): Float64Array | undefined {
  const weight = candidates[0]?.weight;
  if (candidates.every((candidate) => candidate.weight === weight)) return undefined;
  const sums = new Float64Array(candidates.length);
  let sum = 0;
  candidates.forEach((candidate, index) => {
    sums[index] = sum += candidate.weight;
  });
  return sums;
}

function total(sums: Float64Array): number {
  return sums[sums.length - 1] ?? 0;
}

/** Whose part of the line a point lies in: the first whose running sum is beyond it. */
function indexAt(sums: Float64Array, point: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) > point) high = middle;
    else low = middle + 1;
  }
  return low;
}
