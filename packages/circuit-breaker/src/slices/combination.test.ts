import type { Call } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { Combination, hashUnder, masksOf } from './combination.ts';
import { Reading } from './reading.ts';

const NAMES = ['method', 'shard', 'tenant'];

/** A call with these values, in the order of the names. */
function reading(...values: (string | undefined)[]): Reading {
  const attributes = NAMES.map((name, place) => [name, () => values[place]] as const);
  const read = new Reading(Object.fromEntries(attributes), 7);
  read.read({} as Call); // the attributes look at nothing
  read.hash();
  return read;
}

const call = reading('GET', '2', 'x');
const of = (mask: number, from = call) => new Combination(mask, from);

describe('Combination', () => {
  it.each<[number, Reading, boolean, number]>([
    [0b000, call, true, 0b00],
    [0b010, call, true, 0b1],
    [0b010, reading('GET', '3', 'x'), false, 0b0],
    [0b010, reading('GET', undefined, 'x'), false, 0b0],
    [0b110, call, true, 0b11],
    [0b110, reading('PUT', '2', 'y'), false, 0b01],
    [0b110, reading('PUT', '3', 'x'), false, 0b10],
  ])('of mask %i tells what a call shares with it', (mask, given, has, shared) => {
    expect(of(mask).has(given)).toBe(has);
    expect(of(mask).shared(given)).toBe(shared);
  });

  it.each<[number, number, boolean, boolean]>([
    [0b000, 0b010, true, false],
    [0b010, 0b110, true, false],
    [0b110, 0b110, true, false],
    [0b110, 0b010, false, true],
    [0b001, 0b010, false, false],
  ])('of mask %i and of mask %i: whether it contains the other, or is deeper', (one, other, contains, deeper) => {
    expect(of(one).contains(of(other))).toBe(contains);
    expect(of(one).isDeeper(of(other))).toBe(deeper);
    expect(of(one).meets(of(other))).toBe(true);
  });

  it('meets what has no other value of the same attribute', () => {
    const other = reading('GET', '3', 'x');
    expect(of(0b010).meets(of(0b010, other))).toBe(false);
    expect(of(0b110).meets(of(0b011, other))).toBe(false);
    expect(of(0b001).meets(of(0b010, other))).toBe(true);
    expect(of(0b010).contains(of(0b010, other))).toBe(false);
  });

  it('shows itself', () => {
    expect([0, 0b010, 0b111].map((mask) => of(mask).show(NAMES))).toEqual([
      '{}',
      '{shard=2}',
      '{method=GET,shard=2,tenant=x}',
    ]);
    expect(of(0b110).named(NAMES)).toEqual({ shard: '2', tenant: 'x' });
  });
});

describe('masksOf', () => {
  it('gives those with the fewest attributes first', () => {
    expect(masksOf(3, 2)).toEqual([0, 1, 2, 4, 3, 5, 6]);
    expect(masksOf(1, 2)).toEqual([0, 1]);
    expect(masksOf(4, 4)).toHaveLength(16);
  });
});

describe('hashUnder', () => {
  it('differs for whatever differs, and is the same for what does not', () => {
    const calls = [call, reading('PUT', '2', 'x'), reading('GET', 'x', '2'), reading('GET', '2', undefined)];
    const hashes = calls.flatMap((each) => masksOf(3, 3).map((mask) => hashUnder(mask, each)));
    // all of the first, less what the others have in common with it or with each other
    expect(new Set(hashes).size).toBe(
      new Set(calls.flatMap((each) => masksOf(3, 3).map((mask) => show(mask, each)))).size,
    );
    expect(hashUnder(0b110, call)).toBe(hashUnder(0b110, reading('PUT', '2', 'x')));
  });

  function show(mask: number, each: Reading): string {
    return JSON.stringify(NAMES.map((_, place) => (mask & (1 << place) ? (each.values[place] ?? null) : 0)));
  }
});
