import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Cost } from './cost.ts';

const rules = { decayMs: 1_000, failurePenaltyMs: 500 };
const third = Math.exp(-1); // what is left after one decay

/** A cost that heard these outcomes: how, after how long, when. */
function costOf(...heard: readonly Parameters<Cost['settled']>[]): Cost {
  const cost = new Cost(rules);
  for (const [health, elapsedMs, now] of heard) cost.settled(health, elapsedMs, now);
  return cost;
}

describe('Cost', () => {
  it('is not known before an answer or a failure', () => {
    expect(costOf().measured).toBe(false);
    expect(costOf(['ignorable', 0, 0]).measured).toBe(false);
    expect(costOf(['success', 9, 0]).measured).toBe(true);
    expect(costOf(['failure', 9, 0]).measured).toBe(true);
  });

  it('begins with the first call', () => {
    expect(costOf(['success', 80, 100]).at(100)).toBe(80);
  });

  it('rises to a slower call at once', () => {
    expect(costOf(['success', 80, 100], ['success', 300, 101]).at(101)).toBe(300);
  });

  it('comes down with the time since it last heard, not with the number of calls', () => {
    const once = costOf(['success', 100, 0], ['success', 20, 1_000]);
    expect(once.at(1_000)).toBeCloseTo(20 + 80 * third);
    const often = costOf(['success', 100, 0]);
    for (let now = 10; now <= 1_000; now += 10) often.settled('success', 20, now);
    expect(often.at(1_000)).toBeCloseTo(20 + 80 * third);
  });

  it('fades while nothing is heard, which reading does not change', () => {
    const cost = costOf(['success', 100, 0]);
    expect(cost.at(500)).toBeCloseTo(100 * Math.sqrt(third));
    expect(cost.at(1_000)).toBeCloseTo(100 * third);
    expect(cost.at(60_000)).toBeCloseTo(0);
    expect(cost.at(0)).toBe(100);
  });

  it.each([
    { took: 1, costs: 500 },
    { took: 499, costs: 500 },
    { took: 700, costs: 700 },
  ])('counts a failure after $took ms as $costs ms', ({ took, costs }) => {
    expect(costOf(['failure', took, 0]).at(0)).toBe(costs);
    expect(costOf(['success', 10, 0], ['failure', took, 5]).at(5)).toBe(costs);
  });

  it('begins like a failure if the first call was given up', () => {
    expect(costOf(['ignorable', 1, 0]).at(0)).toBe(500);
    expect(costOf(['ignorable', 900, 0]).at(0)).toBe(900);
  });

  it('rises to the time after which somebody gave up', () => {
    expect(costOf(['success', 10, 0], ['ignorable', 80, 100]).at(100)).toBe(80);
  });

  it('is what it was when a try tells nothing, and fades from then on', () => {
    const cost = costOf(['success', 100, 0], ['ignorable', 0, 5_000]);
    expect(cost.at(5_000)).toBe(100);
    expect(cost.at(6_000)).toBeCloseTo(100 * third);
  });

  it('takes time that goes backwards for none', () => {
    const cost = costOf(['success', 100, 1_000], ['success', 20, 900]);
    expect(cost.at(900)).toBe(100);
    expect(cost.at(0)).toBe(100);
  });

  it('agrees with a plain model that keeps every call', () => {
    const visited = new Set<string>();
    const step = fc.record({
      waitMs: fc.constantFrom(0, 1, 30, 500, 4_000),
      health: fc.constantFrom('success' as const, 'success' as const, 'failure' as const, 'ignorable' as const),
      tookMs: fc.constantFrom(0, 1, 20, 90, 600, 1_500),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const cost = new Cost(rules);
        const model = new Plain();
        let now = 0;
        for (const { waitMs, health, tookMs } of steps) {
          now += waitMs;
          cost.settled(health, tookMs, now);
          visited.add(model.settled(health, tookMs, now));
          expect(cost.measured).toBe(model.measured);
          for (const later of [0, 10, 2_000]) expect(cost.at(now + later)).toBeCloseTo(model.at(now + later), 6);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
    expect([...visited].sort()).toEqual([
      'down',
      'first',
      'first given up',
      'nothing',
      'nothing yet',
      'penalty',
      'up',
      'up by giving up',
    ]);
  });
});

/**
 * The same in plain words. Each call since the last peak weighs as much as the time between it and the one before, and all
 * weights shrink with age. Time before a try that told nothing counts for nobody.
 */
class Plain {
  #since: { tookMs: number; at: number }[] = []; // the peak, then every call after it; times as heard
  #skippedMs = 0;
  #heardAt = 0;

  get measured(): boolean {
    return this.#since.length > 0;
  }

  settled(health: 'success' | 'failure' | 'ignorable', elapsedMs: number, now: number): string {
    if (!this.measured && health === 'ignorable' && elapsedMs === 0) return 'nothing yet';
    const first = !this.measured;
    const givenUp = first && health === 'ignorable';
    const tookMs = (health === 'failure' || givenUp) && elapsedMs < 500 ? 500 : elapsedMs;
    const peak = first || tookMs >= this.#value(this.#heardAt);
    if (health === 'ignorable' && !peak) {
      this.#skippedMs += now - this.#heardAt;
      this.#heardAt = now;
      return 'nothing';
    }
    this.#heardAt = now;
    const heard = { tookMs, at: now - this.#skippedMs };
    this.#since = peak ? [heard] : [...this.#since, heard];
    if (first) return givenUp ? 'first given up' : 'first';
    if (health === 'failure' && tookMs > elapsedMs) return 'penalty';
    if (!peak) return 'down';
    return health === 'ignorable' ? 'up by giving up' : 'up';
  }

  at(now: number): number {
    return this.measured ? this.#value(now) : 0;
  }

  #value(now: number): number {
    const at = now - this.#skippedMs;
    const left = (since: number): number => Math.exp(-(at - since) / 1_000);
    return this.#since.reduce((sum, { tookMs, at: heard }, index) => {
      const before = this.#since[index - 1];
      return sum + tookMs * (left(heard) - (before === undefined ? 0 : left(before.at)));
    }, 0);
  }
}
