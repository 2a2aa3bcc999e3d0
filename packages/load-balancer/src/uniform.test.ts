import { Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import type { Candidate } from './algorithm.ts';
import { uniform } from './uniform.ts';

/** How often each of the candidates is picked, in thousands of 60 000 times. */
function thousands(candidates: readonly Candidate[]): number[] {
  const picker = uniform().start();
  const random = seededRandom(1);
  const call = Call.start(undefined);
  const counts = candidates.map(() => 0);
  for (let n = 0; n < 60_000; n++) {
    const index = candidates.indexOf(picker.pick(candidates, random, call));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count) => Math.round(count / 1_000));
}

function candidateOf(weight: number, inFlight = 0): Candidate {
  return { endpoint: { origin: `http://of-${weight}` }, weight, inFlight };
}

describe('uniform', () => {
  it('picks all equally often, however loaded they are', () => {
    expect(thousands([candidateOf(1), candidateOf(1, 7), candidateOf(1, 100)])).toEqual([20, 20, 20]);
  });

  it('picks by weight', () => {
    expect(thousands([candidateOf(1), candidateOf(2, 9), candidateOf(3)])).toEqual([10, 20, 30]);
  });

  it('picks the only one', () => {
    expect(thousands([candidateOf(3)])).toEqual([60]);
  });
});
