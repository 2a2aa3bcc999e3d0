import { Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import type { Candidate } from './algorithm.ts';
import { leastLoaded } from './least-loaded.ts';

interface Load {
  weight?: number;
  inFlight?: number;
}

type Loaded = Candidate & { inFlight: number };

function candidatesOf(loads: readonly Load[]): Loaded[] {
  return loads.map(({ weight = 1, inFlight = 0 }, index) => ({
    endpoint: { origin: `http://e${index}` },
    weight,
    inFlight,
  }));
}

/** How often each of the candidates is picked in so many calls that end at once. */
function countPicks(candidates: readonly Candidate[], picks: number, seed = 1): number[] {
  const picker = leastLoaded().start();
  const random = seededRandom(seed);
  const call = Call.start(undefined);
  const counts = candidates.map(() => 0);
  for (let n = 0; n < picks; n++) {
    const index = candidates.indexOf(picker.pick(candidates, random, call));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** Sends so many calls that never end and gives how many each candidate has. */
function pileUp(candidates: readonly Loaded[], calls: number, seed = 1): number[] {
  const picker = leastLoaded().start();
  const random = seededRandom(seed);
  const call = Call.start(undefined);
  for (let n = 0; n < calls; n++) {
    const picked = picker.pick(candidates, random, call) as Loaded; // it picks one of the candidates
    picked.inFlight++;
  }
  return candidates.map(({ inFlight }) => inFlight);
}

describe('leastLoaded', () => {
  it('takes the less loaded of two', () => {
    expect(countPicks(candidatesOf([{ inFlight: 3 }, { inFlight: 2 }]), 100)).toEqual([0, 100]);
  });

  it('never picks the most loaded of any number, since it draws two different ones', () => {
    expect(countPicks(candidatesOf([{}, {}, { inFlight: 1 }, {}]), 10_000)[2]).toBe(0);
  });

  it('picks among equally loaded ones at random', () => {
    for (const count of countPicks(candidatesOf([{}, {}, {}, {}]), 40_000)) {
      expect(count).toBeGreaterThan(9_600);
      expect(count).toBeLessThan(10_400);
    }
  });

  it('picks each pair equally often: of loads 0, 1, 2, 3 in the ratio 3 : 2 : 1 : 0', () => {
    const counts = countPicks(
      candidatesOf([{ inFlight: 0 }, { inFlight: 1 }, { inFlight: 2 }, { inFlight: 3 }]),
      60_000,
    );
    expect(counts.map((count) => Math.round(count / 1_000))).toEqual([30, 20, 10, 0]);
  });

  it('piles up far less than drawing one at random does', () => {
    // 10 000 balls into 10 000 bins: at most 3 or 4 with two choices, 6 or more with one.
    expect(Math.max(...pileUp(candidatesOf(Array.from({ length: 10_000 }, () => ({}))), 10_000))).toBeLessThanOrEqual(
      4,
    );
  });

  it('picks idle ones by weight', () => {
    const counts = countPicks(candidatesOf([{ weight: 1 }, { weight: 2 }, { weight: 5 }]), 80_000);
    expect(counts.map((count) => Math.round(count / 1_000))).toEqual([10, 20, 50]);
  });

  it('loads busy ones by weight', () => {
    const [one = 0, two = 0, five = 0] = pileUp(candidatesOf([{ weight: 1 }, { weight: 2 }, { weight: 5 }]), 8_000);
    expect(one).toBeGreaterThan(950);
    expect(one).toBeLessThan(1_050);
    expect(two).toBeGreaterThan(1_900);
    expect(two).toBeLessThan(2_100);
    expect(five).toBeGreaterThan(4_900);
    expect(five).toBeLessThan(5_100);
  });

  it('draws two different ones by weight too', () => {
    const counts = countPicks(candidatesOf([{ weight: 100, inFlight: 1_000 }, { weight: 1 }]), 1_000);
    expect(counts).toEqual([0, 1_000]);
  });

  it('picks the only one', () => {
    expect(countPicks(candidatesOf([{ inFlight: 7, weight: 3 }]), 10)).toEqual([10]);
  });

  it('looks at no more than two of a hundred', () => {
    let looks = 0;
    const candidates = candidatesOf(Array.from({ length: 100 }, () => ({}))).map(({ endpoint, weight }) => ({
      endpoint,
      weight,
      get inFlight() {
        looks++;
        return 0;
      },
    }));
    countPicks(candidates, 1_000);
    expect(looks).toBe(2_000);
  });

  it('learns the weights anew with every new list', () => {
    const picker = leastLoaded().start();
    const random = seededRandom(3);
    const call = Call.start(undefined);
    const heavy = candidatesOf([{ weight: 1_000_000 }, { weight: 1 }]);
    const light = candidatesOf([{ weight: 1 }, { weight: 1_000_000 }]);
    expect(picker.pick(heavy, random, call)).toBe(heavy[0]);
    expect(picker.pick(light, random, call)).toBe(light[1]);
  });
});
