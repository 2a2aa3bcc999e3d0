import type { Random } from '@inmesh/core';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';
import { Lots } from './lots.ts';

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
  readonly #lots = new Lots();

  pick(candidates: readonly Candidate[], random: Random): Candidate {
    const first = this.#lots.one(candidates, random);
    const one = candidates[first] as Candidate; // an index that was drawn is that of a candidate
    if (candidates.length === 1) return one;
    const other = candidates[this.#lots.another(candidates, first, random)] as Candidate; // so is this
    // The other, if it would still be no busier with this call than the one drawn first is without it.
    return (other.inFlight + 1) * one.weight <= one.inFlight * other.weight ? other : one;
  }
}
