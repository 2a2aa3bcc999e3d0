import { Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Candidate, Learner } from './algorithm.ts';
import { peakEwma, type PeakEwmaOptions } from './peak-ewma.ts';

const call = Call.start(undefined);

interface Load {
  weight?: number;
  inFlight?: number;
  /** How long its only call took, at time 0; it has none if this is left out. */
  tookMs?: number;
}

type Loaded = Candidate & { inFlight: number; readonly learned: Learner };

function candidatesOf(loads: readonly Load[], options?: PeakEwmaOptions): Loaded[] {
  return loads.map(({ weight = 1, inFlight = 0, tookMs }, index) => {
    const learned = peakEwma(options).learn!();
    if (tookMs !== undefined) learned.settled('success', tookMs, 0);
    return { endpoint: { origin: `http://e${index}` }, weight, inFlight, learned };
  });
}

/** How often each is picked in so many calls that end at once and teach nothing. */
function countPicks(candidates: readonly Loaded[], { picks = 1_000, now = 0, seed = 1 } = {}): number[] {
  const picker = peakEwma().start();
  const random = seededRandom(seed);
  const counts = candidates.map(() => 0);
  for (let n = 0; n < picks; n++) {
    const index = candidates.indexOf(picker.pick(candidates, random, call, now) as Loaded); // one of the candidates
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** Sends so many calls that never end and gives how many each has. */
function pileUp(candidates: readonly Loaded[], calls: number): number[] {
  const picker = peakEwma().start();
  const random = seededRandom(2);
  for (let n = 0; n < calls; n++) (picker.pick(candidates, random, call, 0) as Loaded).inFlight++; // one of them
  return candidates.map(({ inFlight }) => inFlight);
}

describe('peakEwma', () => {
  it.each<{ options: Record<string, unknown>; message: string }>([
    { options: { decayMs: 0 }, message: 'decayMs must be a positive number of milliseconds, got 0' },
    { options: { decayMs: Infinity }, message: 'decayMs must be a positive number of milliseconds, got Infinity' },
    { options: { decayMs: '10s' }, message: 'decayMs must be a positive number of milliseconds, got "10s"' },
    {
      options: { failurePenaltyMs: -1 },
      message: 'failurePenaltyMs must be a number of milliseconds, 0 or more, got -1',
    },
    { options: { failurePenaltyMs: Number.NaN }, message: 'failurePenaltyMs must be a number of milliseconds' },
    { options: { failureDecayMs: 0 }, message: 'failureDecayMs must be a positive number of milliseconds, got 0' },
    {
      options: { failureDecayMs: '3s' },
      message: 'failureDecayMs must be a positive number of milliseconds, got "3s"',
    },
    { options: { tau: 3 }, message: 'unknown option: tau' },
  ])('refuses $options', ({ options, message }) => {
    expect(() => peakEwma(options)).toThrow(message);
  });

  it('takes the one of lower latency times calls', () => {
    expect(countPicks(candidatesOf([{ tookMs: 30 }, { tookMs: 20 }]))).toEqual([0, 1_000]);
    expect(countPicks(candidatesOf([{ tookMs: 30 }, { tookMs: 20, inFlight: 1 }]))).toEqual([1_000, 0]);
    expect(
      countPicks(
        candidatesOf([
          { tookMs: 30, inFlight: 2 },
          { tookMs: 20, inFlight: 3 },
        ]),
      ),
    ).toEqual([0, 1_000]);
  });

  it('takes either of two that are alike', () => {
    const counts = countPicks(candidatesOf([{ tookMs: 30 }, { tookMs: 30 }]), { picks: 10_000 });
    expect(counts.map((count) => Math.round(count / 1_000))).toEqual([5, 5]);
  });

  it('draws two different ones, so that the worst is never picked', () => {
    const counts = countPicks(candidatesOf([{ tookMs: 1 }, { tookMs: 2 }, { tookMs: 3 }]), { picks: 60_000 });
    expect(counts.map((count) => Math.round(count / 1_000))).toEqual([40, 20, 0]);
  });

  it('tries one again that was slow a long time ago', () => {
    const [slow, fast] = candidatesOf([{ tookMs: 400 }, {}]) as [Loaded, Loaded];
    fast.learned.settled('success', 40, 20_000);
    expect(countPicks([slow, fast], { now: 20_000 })).toEqual([0, 1_000]);
    fast.learned.settled('success', 40, 30_000);
    expect(countPicks([slow, fast], { now: 30_000 })).toEqual([1_000, 0]);
  });

  it('forgets as fast as it is told to', () => {
    const [slow, fast] = candidatesOf([{ tookMs: 400 }, {}], { decayMs: 100 }) as [Loaded, Loaded];
    fast.learned.settled('success', 40, 300);
    expect(countPicks([slow, fast], { now: 300 })).toEqual([1_000, 0]);
  });

  it('keeps away from one that fails fast', () => {
    const [failing, slow] = candidatesOf([{ tookMs: 1 }, { tookMs: 900 }]) as [Loaded, Loaded];
    failing.learned.settled('failure', 1, 0);
    expect(countPicks([failing, slow])).toEqual([0, 1_000]);
  });

  it('does not tell costs apart that are hardly any, but loads', () => {
    expect(countPicks(candidatesOf([{ tookMs: 0, inFlight: 1 }, { tookMs: 0.02 }]))).toEqual([0, 1_000]);
  });

  it('looks at no more than two of a hundred', () => {
    let looks = 0;
    const candidates = candidatesOf(Array.from({ length: 100 }, () => ({ tookMs: 5 }))).map((candidate) => ({
      ...candidate,
      get inFlight() {
        looks++;
        return 0;
      },
    }));
    countPicks(candidates);
    expect(looks).toBe(2_000);
  });

  it('picks the only one', () => {
    expect(countPicks(candidatesOf([{ inFlight: 9 }]))).toEqual([1_000]);
  });

  it('says what is missing where its learn was not passed on', () => {
    const [one, other] = candidatesOf([{}, {}]).map(({ learned: _, ...candidate }) => candidate);
    expect(() => peakEwma().start().pick([one!, other!], Math.random, call, 0)).toThrow('must pass on its learn too');
  });
});

describe('peakEwma with endpoints that were never measured', () => {
  it('tries it before any that was', () => {
    expect(countPicks(candidatesOf([{ tookMs: 1 }, {}]))).toEqual([0, 1_000]);
  });

  it('sends it one call at a time', () => {
    const loads = pileUp(candidatesOf([{ tookMs: 50 }, {}, {}, { tookMs: 50 }]), 100);
    expect(loads.slice(1, 3)).toEqual([1, 1]);
    expect(Math.min(loads[0]!, loads[3]!)).toBeGreaterThan(40);
  });

  it('sends none a second call while there is another that was measured or is idle', () => {
    const visited = new Set<string>();
    const candidate = fc.record({
      weight: fc.constantFrom(1, 3),
      inFlight: fc.nat(2),
      tookMs: fc.option(fc.constantFrom(5, 50), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), fc.nat(), (loads, seed) => {
        const candidates = candidatesOf(loads as Load[]); // an undefined tookMs is left out
        const picked = peakEwma().start().pick(candidates, seededRandom(seed), call, 0) as Loaded;
        const beingTried = (each: Load): boolean => each.tookMs === undefined && each.inFlight! > 0;
        const load = loads[candidates.indexOf(picked)] as Load;
        const all = loads.every((each) => beingTried(each as Load));
        visited.add(all ? 'all' : loads.some((each) => beingTried(each as Load)) ? 'some' : 'none');
        expect(beingTried(load)).toBe(all);
      }),
      { numRuns: 2_000, seed: 5 },
    );
    expect([...visited].sort()).toEqual(['all', 'none', 'some']);
  });

  it('draws by weight where both that were drawn are being tried', () => {
    const busy = Array.from({ length: 60 }, () => ({ inFlight: 1 }));
    const counts = countPicks(candidatesOf([{ tookMs: 5 }, ...busy, { tookMs: 5, weight: 2 }]), { picks: 60_000 });
    expect([counts[0], counts.at(-1)].map((count) => Math.round(count! / 1_000))).toEqual([20, 40]);
    expect(counts.slice(1, -1)).toEqual(busy.map(() => 0));
  });

  it('spreads the calls if all are being tried', () => {
    expect(pileUp(candidatesOf([{}, {}]), 100)).toEqual([50, 50]);
  });
});

describe('peakEwma with weights', () => {
  const weights = [1, 2, 5];

  it('picks idle ones by weight', () => {
    const counts = countPicks(candidatesOf(weights.map((weight) => ({ weight, tookMs: 20 }))), { picks: 80_000 });
    expect(counts.map((count) => Math.round(count / 1_000))).toEqual([10, 20, 50]);
  });

  it('picks idle ones by weight until one costs more than the weights differ', () => {
    const counts = (tookMs: number) =>
      countPicks(
        candidatesOf([
          { weight: 3, tookMs },
          { weight: 1, tookMs: 10 },
        ]),
        { picks: 40_000 },
      );
    expect(counts(29).map((count) => Math.round(count / 1_000))).toEqual([30, 10]);
    expect(counts(31)).toEqual([0, 40_000]);
    expect(counts(3.4).map((count) => Math.round(count / 1_000))).toEqual([30, 10]);
    expect(counts(3.2)).toEqual([40_000, 0]);
  });

  it('loads busy ones by weight', () => {
    const [one = 0, two = 0, five = 0] = pileUp(candidatesOf(weights.map((weight) => ({ weight, tookMs: 20 }))), 8_000);
    expect(Math.abs(one - 1_000)).toBeLessThan(50);
    expect(Math.abs(two - 2_000)).toBeLessThan(100);
    expect(Math.abs(five - 5_000)).toBeLessThan(150);
  });
});
