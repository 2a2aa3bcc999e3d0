import type { Random } from '@inmesh/core';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';

/**
 * Takes the endpoints in turn, beginning at a random one, so that many processes do not walk in step.
 *
 * Where weights differ the turns are weighted and spread out: of weights 5, 1 and 1 the order is a a b a c a a, not
 * a a a a a b c. That looks at every endpoint once for each call.
 */
export function roundRobin(): Algorithm {
  return { start: () => new Turns() };
}

/** What an endpoint has saved up for its turn. */
interface Turn {
  readonly candidate: Candidate;
  credit: number;
}

class Turns implements Picker {
  #seen: readonly Candidate[] | undefined = undefined;
  #next = 0;
  #weighted: Turn[] | undefined = undefined; // none if all weigh the same
  readonly #turns = new WeakMap<Candidate, Turn>(); // credit outlives a change of the candidates

  pick(candidates: readonly Candidate[], random: Random): Candidate {
    if (candidates !== this.#seen) this.#look(candidates, random);
    if (this.#weighted !== undefined) return richest(this.#weighted);
    const index = this.#next % candidates.length;
    this.#next = index + 1;
    return candidates[index] as Candidate; // the remainder is the index of a candidate
  }

  #look(candidates: readonly Candidate[], random: Random): void {
    const begins = this.#seen === undefined;
    this.#seen = candidates;
    const weight = candidates[0]?.weight;
    const alike = candidates.every((candidate) => candidate.weight === weight);
    this.#weighted = alike ? undefined : candidates.map((candidate) => this.#turnOf(candidate));
    if (!begins) return;
    this.#next = Math.floor(random() * candidates.length);
    if (this.#weighted !== undefined) for (let skipped = 0; skipped < this.#next; skipped++) richest(this.#weighted);
  }

  #turnOf(candidate: Candidate): Turn {
    let turn = this.#turns.get(candidate);
    if (turn === undefined) this.#turns.set(candidate, (turn = { candidate, credit: 0 }));
    return turn;
  }
}

/** Everyone gets credit by weight; who has most takes the turn and pays for all. */
function richest(turns: readonly Turn[]): Candidate {
  let best = turns[0] as Turn; // a list of turns is never empty
  let total = 0;
  for (const turn of turns) {
    const { weight } = turn.candidate;
    total += weight;
    turn.credit += weight;
    if (turn.credit > best.credit) best = turn;
  }
  best.credit -= total;
  return best.candidate;
}
