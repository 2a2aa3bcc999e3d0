import type { Random } from '@inmesh/core';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';
import { Lots } from './lots.ts';

/**
 * Takes any endpoint, all with the same chance, or in proportion to their weights. What an endpoint does makes no difference:
 * a share of 1 in 100 stays that.
 */
export function uniform(): Algorithm {
  return { start: () => new AnyOne() };
}

class AnyOne implements Picker {
  readonly #lots = new Lots();

  pick(candidates: readonly Candidate[], random: Random): Candidate {
    return candidates[this.#lots.one(candidates, random)] as Candidate; // an index that was drawn is that of a candidate
  }
}
