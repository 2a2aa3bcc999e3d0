import { Call, type Random } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import type { Candidate, Picker } from './algorithm.ts';
import { roundRobin } from './round-robin.ts';

const call = Call.start(undefined);
const fromTheFirst: Random = () => 0;

function candidatesOf(...weights: readonly number[]): Candidate[] {
  return weights.map((weight, index) => ({ endpoint: { origin: 'abcdef'.charAt(index) }, weight, inFlight: 0 }));
}

function turns(picker: Picker, candidates: readonly Candidate[], count: number, random = fromTheFirst): string {
  return Array.from({ length: count }, () => picker.pick(candidates, random, call).endpoint.origin).join('');
}

describe('roundRobin', () => {
  it('takes each in turn', () => {
    expect(turns(roundRobin().start(), candidatesOf(1, 1, 1), 7)).toBe('abcabca');
  });

  it('begins at a random one', () => {
    const random = seededRandom(5);
    const firsts = Array.from({ length: 100 }, () => turns(roundRobin().start(), candidatesOf(1, 1, 1), 1, random));
    expect(new Set(firsts)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('spreads the turns of a heavy one out', () => {
    expect(turns(roundRobin().start(), candidatesOf(5, 1, 1), 7)).toBe('aabacaa');
  });

  it('gives each exactly its weight in every round', () => {
    const candidates = candidatesOf(1, 2, 3, 4, 5);
    const picker = roundRobin().start();
    const rounds = Array.from({ length: 10 }, () =>
      turns(picker, candidates, 15, seededRandom(2)).split('').sort().join(''),
    );
    expect(new Set(rounds)).toEqual(new Set(['abbcccddddeeeee']));
  });

  it('takes weights that are no whole numbers', () => {
    const order = turns(roundRobin().start(), candidatesOf(0.5, 1.5), 400);
    expect(order.split('a').length - 1).toBe(100);
  });

  it('goes on where it was when the list changes', () => {
    const candidates = candidatesOf(1, 1, 1, 1);
    const picker = roundRobin().start();
    expect(turns(picker, candidates, 2)).toBe('ab');
    expect(turns(picker, candidates.slice(0, 3), 2)).toBe('ca');
  });

  it('keeps what a heavy one has saved up when the list changes', () => {
    const candidates = candidatesOf(1, 2);
    const picker = roundRobin().start();
    expect(turns(picker, candidates, 2)).toBe('ba');
    expect(turns(picker, [...candidates], 1)).toBe('b');
  });

  it('shares no turn between two who start it', () => {
    const algorithm = roundRobin();
    const candidates = candidatesOf(1, 1);
    const [one, two] = [algorithm.start(), algorithm.start()];
    expect([turns(one, candidates, 1), turns(two, candidates, 1), turns(one, candidates, 1)]).toEqual(['a', 'a', 'b']);
  });
});
