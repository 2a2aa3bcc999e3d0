import type { Random } from '@inmesh/core';

import type { Candidate } from './algorithm.ts';

/** Draws candidates at random, each as often as its weight says. */
export class Lots {
  #seen: readonly Candidate[] | undefined = undefined;
  #sums: Float64Array | undefined = undefined; // running sums of the weights; none if all weigh the same

  /** The index of one of them. */
  one(candidates: readonly Candidate[], random: Random): number {
    if (candidates !== this.#seen) {
      this.#seen = candidates;
      this.#sums = runningSums(candidates);
    }
    const sums = this.#sums;
    return sums === undefined ? Math.floor(random() * candidates.length) : indexAt(sums, random() * total(sums));
  }

  /** The index of another of at least two, drawn without putting the first back. */
  another(candidates: readonly Candidate[], first: number, random: Random): number {
    if (this.#sums !== undefined) return anotherOf(this.#sums, first, random);
    const index = Math.floor(random() * (candidates.length - 1));
    return index >= first ? index + 1 : index;
  }
}

/** The part of the line that belongs to the first is skipped. */
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
