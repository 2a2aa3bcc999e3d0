import type { Detection, Tally } from '@inmesh/circuit-breaker';

import type { Limits } from './limits.ts';
import { MeanGap } from './mean-gap.ts';
import { savedTest, type SavedTest } from './saved.ts';
import type { Scores } from './scores.ts';

/** What all tests of one recipe have in common. */
export interface Recipe {
  readonly tolerable: number;
  readonly unacceptable: number;
  readonly falseTripEveryMs: number;
  readonly scores: Scores;
  readonly limits: Limits;
}

/** Multiples of it, less what is whole, are spread evenly from 0 to 1 from the first on. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A one-sided cumulative sum of the log-likelihood ratio, held against a threshold that follows the rate of calls. */
export class Cusum implements Detection {
  readonly #recipe: Recipe;
  readonly #gap: MeanGap;
  #score = 0;
  #draw = 0;
  #successes = 0;
  #failures = 0;

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
    this.#gap = new MeanGap(recipe.falseTripEveryMs / recipe.limits.fewestCalls); // a longer one asks for no lower threshold
  }

  succeeded(now: number): undefined {
    this.#gap.note(now);
    if (this.#score === 0) return;
    this.#score -= this.#recipe.scores.success;
    if (this.#score > 0) this.#successes++;
    else this.#score = this.#successes = this.#failures = 0;
  }

  failed(now: number): string | undefined {
    const { falseTripEveryMs, limits, scores } = this.#recipe;
    this.#gap.note(now);
    if (this.#score === 0) this.#draw = (this.#draw + GOLDEN) % 1;
    this.#failures++;
    this.#score = Math.min(this.#score + scores.failure, limits.highest);
    if (this.#score < limits.lowest) return undefined;
    const limit = limits.of(falseTripEveryMs / this.#gap.meanMs, this.#draw);
    return this.#score < limit ? undefined : this.#reason(limit);
  }

  tally(): Tally {
    return { successes: this.#successes, failures: this.#failures };
  }

  save(now: number): SavedTest {
    return {
      evidence: this.#score * this.#recipe.scores.unit,
      draw: this.#draw,
      successes: this.#successes,
      failures: this.#failures,
      outcomes: this.#gap.outcomes,
      meanGapMs: this.#gap.meanMs,
      idleMs: this.#gap.idleMs(now),
    };
  }

  load(saved: unknown, now: number): void {
    const { evidence, draw, successes, failures, outcomes, meanGapMs, idleMs } = savedTest(saved);
    const { limits, scores } = this.#recipe;
    this.#score = Math.min(Math.round(evidence / scores.unit), limits.highest);
    this.#draw = draw % 1;
    this.#successes = successes;
    this.#failures = failures;
    this.#gap.resume(outcomes, meanGapMs, now - idleMs);
  }

  #reason(limit: number): string {
    const { scores, tolerable, unacceptable } = this.#recipe;
    const calls = this.#failures + this.#successes;
    const ratio = rounded(Math.exp(this.#score * scores.unit));
    const enough = rounded(Math.exp(limit * scores.unit));
    const { meanMs } = this.#gap;
    const rate = meanMs > 0 ? `${rounded(1_000 / meanMs)} calls/s` : 'an unknown rate';
    return `${this.#failures} of ${calls} calls failed, ${ratio} times likelier at a failure ratio of ${unacceptable} than of ${tolerable}; ${enough} is enough at ${rate}`;
  }
}

const rounded = (value: number): number => Number(value.toPrecision(2));
