import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Cusum, type Recipe } from './cusum.ts';
import { Limits } from './limits.ts';
import { runLengths } from './run-lengths.ts';
import { scoresOf } from './scores.ts';

const FALSE_TRIP_EVERY_MS = 100_000;
const MOST_CALLS = 1e7;

function recipeOf(tolerable: number, unacceptable: number): Recipe {
  const scores = scoresOf(tolerable, unacceptable);
  const limits = new Limits(scores, tolerable, MOST_CALLS);
  return { tolerable, unacceptable, falseTripEveryMs: FALSE_TRIP_EVERY_MS, scores, limits };
}

const RECIPES = [recipeOf(0.05, 0.5), recipeOf(0.2, 0.9), recipeOf(0.1, 1)];
const LENGTHS = new Map(RECIPES.map((recipe) => [recipe, runLengths(recipe.scores, recipe.tolerable, MOST_CALLS)]));

/** The test said again as plainly as possible: it keeps every outcome and sums all of them afresh each time. */
class Model {
  readonly #recipe: Recipe;
  readonly #lengths: readonly number[];
  readonly #scores: number[] = [];
  readonly #gaps: number[] = [];
  #last: number | undefined;
  #draw = 0;

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
    this.#lengths = LENGTHS.get(recipe) ?? [];
  }

  /** The most that any number of last outcomes come to (Page, 1954), and which they are. */
  best(): { readonly score: number; readonly outcomes: readonly number[] } {
    let best = 0;
    let from = this.#scores.length;
    for (let sum = 0, index = from - 1; index >= 0; index--) {
      sum += this.#scores[index] ?? 0;
      if (sum > best) [best, from] = [sum, index];
    }
    return { score: best, outcomes: this.#scores.slice(from) };
  }

  meanGap(): number {
    return this.#gaps.reduce((mean, gap, index) => mean + (gap - mean) / Math.min(index + 1, 32), 0);
  }

  note(failed: boolean, now: number): boolean {
    const { failure, success } = this.#recipe.scores;
    if (this.#last !== undefined) this.#gaps.push(Math.min(Math.max(0, now - this.#last), this.longest()));
    this.#last = now;
    if (failed && this.best().score === 0) this.#draw = (this.#draw + (Math.sqrt(5) - 1) / 2) % 1;
    this.#scores.push(failed ? failure : -success);
    return failed && this.best().score >= this.limit();
  }

  limit(): number {
    const two = this.#recipe.scores.failure + 1;
    const calls = FALSE_TRIP_EVERY_MS / this.meanGap();
    const above = this.#lengths.findIndex((length, threshold) => threshold > two && length > calls);
    if (calls <= (this.#lengths[two] ?? 0)) return two;
    if (above === -1) return this.#lengths.length - 1;
    const [often, seldom] = [1 / (this.#lengths[above - 1] ?? 0), 1 / (this.#lengths[above] ?? 0)];
    return this.#draw < (often - 1 / calls) / (often - seldom) ? above : above - 1;
  }

  longest(): number {
    return FALSE_TRIP_EVERY_MS / (this.#lengths[this.#recipe.scores.failure + 1] ?? 0);
  }

  /** A process ended and another goes on. */
  moved(before: number, now: number): void {
    if (this.#last !== undefined) this.#last = now - Math.max(0, before - this.#last);
  }
}

type Command =
  | { readonly kind: 'outcomes'; readonly failed: readonly boolean[]; readonly gapMs: number }
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'move'; readonly ms: number };

const outcomes = (failing: number): fc.Arbitrary<Command> =>
  fc.record({
    kind: fc.constant('outcomes' as const),
    failed: fc.array(
      fc.nat(99).map((draw) => draw < failing),
      { minLength: 1, maxLength: 8 },
    ),
    gapMs: fc.constantFrom(0, 0, 1, 7, 100, 2_000),
  });
const jump = fc.constantFrom(-1e9, -5, 1e4, 1e9).map((ms): Command => ({ kind: 'jump', ms }));
const move = fc.constantFrom(-1e6, 0, 1e6).map((ms): Command => ({ kind: 'move', ms }));
const command = fc.oneof(
  { weight: 4, arbitrary: outcomes(20) },
  { weight: 4, arbitrary: outcomes(60) },
  { weight: 1, arbitrary: outcomes(100) },
  { weight: 1, arbitrary: jump },
  { weight: 1, arbitrary: move },
);

describe('Cusum', () => {
  it('behaves as the plain model does, whatever time does', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...RECIPES),
        fc.array(command, { maxLength: 30, size: 'max' }),
        (recipe, commands) => {
          let test = new Cusum(recipe);
          let model = new Model(recipe);
          let now = 0;
          for (const step of commands) {
            if (step.kind === 'jump') now += step.ms;
            if (step.kind === 'move') {
              const saved: unknown = JSON.parse(JSON.stringify(test.save(now)));
              test = new Cusum(recipe);
              test.load(saved, now + step.ms);
              model.moved(now, now + step.ms);
              now += step.ms;
              visited.add(model.best().score > 0 ? 'saved with evidence' : 'saved without');
            }
            if (step.kind !== 'outcomes') continue;
            for (const failed of step.failed) {
              now += step.gapMs;
              const before = model.best().score;
              const reason = failed ? test.failed(now) : test.succeeded(now);
              const trips = model.note(failed, now);
              expect(reason !== undefined).toBe(trips);
              const { score, outcomes: weighed } = model.best();
              const failures = weighed.filter((each) => each > 0).length;
              expect(test.tally()).toEqual({ failures, successes: weighed.length - failures });

              const limit = model.limit();
              const { lowest, highest } = recipe.limits;
              const which = limit === lowest ? 'the lowest' : limit === highest ? 'the highest' : 'a middle';
              visited.add(
                `${before > 0 ? 'some' : 'no'} evidence > ${trips ? `trips at ${which} limit` : score > 0 ? 'some' : 'none'}`,
              );
              if (failed && !trips && score >= lowest) visited.add(`stays below ${which} limit`);
              if (!trips) continue;
              expect(reason).toContain(`${failures} of ${weighed.length} calls failed`);
              test = new Cusum(recipe);
              model = new Model(recipe);
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );

    expect([...visited].sort()).toEqual([
      'no evidence > none',
      'no evidence > some',
      'saved with evidence',
      'saved without',
      'some evidence > none',
      'some evidence > some',
      'some evidence > trips at a middle limit',
      'some evidence > trips at the highest limit',
      'some evidence > trips at the lowest limit',
      'stays below a middle limit',
      'stays below the highest limit',
    ]);
  });
});
