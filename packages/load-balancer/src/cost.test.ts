import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Cost } from './cost.ts';

const rules = { decayMs: 1_000, failurePenaltyMs: 500, failureDecayMs: 400 };
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

  it('forgets a failure in a time of its own', () => {
    expect(costOf(['failure', 9, 0]).at(400)).toBeCloseTo(500 * third);
    expect(costOf(['success', 300, 0], ['failure', 9, 0]).at(1_000)).toBeCloseTo(300 * third);
  });

  it('forgets half a failure with each answer', () => {
    const cost = costOf(['failure', 9, 0], ['success', 0, 0]);
    expect(cost.at(0)).toBe(250);
    cost.settled('success', 0, 400);
    expect(cost.at(400)).toBeCloseTo(125 * third);
  });

  it('takes the answer to what was sent before a failure for no sign of recovery', () => {
    const cost = costOf(['failure', 9, 100], ['success', 20, 119]);
    expect(cost.at(119)).toBeCloseTo(500 * Math.exp(-19 / 400));
    cost.settled('success', 19, 119);
    expect(cost.at(119)).toBeCloseTo(250 * Math.exp(-19 / 400));
  });

  it('costs what its answers cost once a failure costs no more', () => {
    const cost = costOf(['success', 200, 0], ['failure', 9, 0], ['success', 0, 0], ['success', 0, 0]);
    expect(cost.at(0)).toBe(200);
  });

  it('costs no less after a fast failure than after the slow one before', () => {
    expect(costOf(['failure', 900, 0], ['failure', 9, 40]).at(40)).toBeCloseTo(900 * Math.exp(-40 / 400));
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

  it.each([0.001, 1, 9.99, 10, 11])('fades within %d ms as within any time', (ms) => {
    const cost = costOf(['success', 1_000, 0]);
    expect(cost.at(ms)).toBeCloseTo(1_000 * Math.exp(-ms / 1_000), 6);
  });

  it('agrees with a plain model that keeps every call', () => {
    const visited = new Set<string>();
    const step = fc.record({
      waitMs: fc.constantFrom(0, 1, 9, 30, 500, 4_000),
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
          for (const later of [0, 3, 2_000]) expect(cost.at(now + later)).toBeCloseTo(model.at(now + later), 5);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
    expect([...visited].sort()).toEqual([
      'answered',
      'answered late',
      'failed',
      'failed again',
      'forgotten',
      'given up',
      'given up first',
      'nothing',
      'nothing yet',
    ]);
  });
});

type Heard = { readonly health: 'success' | 'failure' | 'ignorable'; readonly tookMs: number; readonly at: number };

/** The same in plain words: keeps all it heard and works out the latency and the failure anew each time. */
class Plain {
  readonly #heard: Heard[] = [];

  get measured(): boolean {
    return this.#heard.length > 0;
  }

  settled(health: Heard['health'], tookMs: number, at: number): string {
    if (!this.measured && health === 'ignorable' && tookMs === 0) return 'nothing yet';
    const first = !this.measured;
    const failure = this.#failureAt(at);
    const sentAfter = this.#lastFailure() <= at - tookMs;
    this.#heard.push({ health: first && health === 'ignorable' ? 'failure' : health, tookMs, at });
    if (health === 'ignorable') return first ? 'given up first' : tookMs > 0 ? 'given up' : 'nothing';
    if (health === 'failure') return failure > 500 ? 'failed again' : 'failed';
    if (failure > 0 && this.#failureAt(at) === 0) return 'forgotten';
    return sentAfter ? 'answered' : 'answered late';
  }

  at(now: number): number {
    return Math.max(this.#latencyAt(now), this.#failureAt(now));
  }

  #lastFailure(until: number = this.#heard.length): number {
    const failures = this.#heard.slice(0, until).filter(({ health }) => health === 'failure');
    return failures.at(-1)?.at ?? -Infinity;
  }

  /** Answers pull the latency down to themselves by the time since anything was heard; nothing else does. */
  #latencyAt(now: number, until: number = this.#heard.length): number {
    const last = this.#heard[until - 1];
    if (last === undefined) return 0;
    return this.#latencyAfter(until) * Math.exp((last.at - now) / 1_000);
  }

  #latencyAfter(until: number): number {
    let latency = 0;
    let heardAt = 0;
    for (const { health, tookMs, at } of this.#heard.slice(0, until)) {
      const left = Math.exp((heardAt - at) / 1_000);
      if (health === 'success') latency = Math.max(tookMs, tookMs * (1 - left) + latency * left);
      if (health === 'ignorable') latency = Math.max(tookMs, latency);
      heardAt = at;
    }
    return latency;
  }

  #failureAt(now: number): number {
    let failure = 0;
    let heardAt = 0;
    for (const [index, { health, tookMs, at }] of this.#heard.entries()) {
      const left = failure * Math.exp((heardAt - at) / 400);
      if (health === 'failure') failure = Math.max(500, tookMs, left);
      if (health === 'success') {
        failure = this.#lastFailure(index) <= at - tookMs ? left / 2 : left;
        if (failure <= this.#latencyAfter(index + 1)) failure = 0;
      }
      heardAt = at;
    }
    return failure * Math.exp((heardAt - now) / 400);
  }
}
