import { describe, expect, it } from 'vitest';

import { Buckets, type BucketKey } from './buckets.ts';

/** Ten a second each, three at once. */
const ten = (maxKeys: number): Buckets<BucketKey> => new Buckets(10, 3, maxKeys);

describe('Buckets', () => {
  it('keeps the tokens of each key apart', () => {
    const buckets = ten(10);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 1, 0))).toEqual([true, true, true, false]);
    expect(buckets.take('b', 3, 0)).toBe(true);
    expect(buckets.take('a', 1, 100)).toBe(true);
    expect(['a', 'b', 'c'].map((key) => buckets.tokens(key, 150))).toEqual([0.5, 1.5, 3]);
    expect(['a', 'b', 'c'].map((key) => buckets.waitMs(key, 2, 150))).toEqual([150, 50, 0]);
  });

  it('gives no slot to a key that is only looked at', () => {
    const buckets = ten(10);
    expect([buckets.tokens('a', 0), buckets.waitMs('a', 3, 0), buckets.size]).toEqual([3, 0, 0]);
  });

  it('is full at first, at any origin of time', () => {
    expect(ten(1).take('a', 3, -1e9)).toBe(true);
    expect(ten(1).tokens('a', 1e9)).toBe(3);
  });

  it('lets no key profit where time goes backwards', () => {
    const buckets = ten(10);
    buckets.take('a', 3, 1_000);
    buckets.take('b', 1, 1_100);
    expect(buckets.tokens('a', 1_050)).toBe(1);
    expect(buckets.take('a', 1, 0)).toBe(true);
    expect(buckets.take('a', 1, 1_100)).toBe(false);
  });

  it('keeps all it may, however many', () => {
    const buckets = ten(1_000);
    for (let key = 0; key < 1_000; key++) buckets.take(key, 1 + (key % 3), 0);
    expect([buckets.size, buckets.forgotten]).toEqual([1_000, 0]);
    for (let key = 0; key < 1_000; key++) expect(buckets.tokens(key, 0)).toBe(2 - (key % 3));
  });

  it('gives the slot of a key whose bucket is full again to another, and nobody notices', () => {
    const buckets = ten(2);
    buckets.take('a', 1, 0);
    buckets.take('b', 3, 0);
    expect(buckets.take('c', 3, 100)).toBe(true);
    expect([buckets.size, buckets.forgotten]).toEqual([2, 0]);
    expect(['a', 'b', 'c'].map((key) => buckets.tokens(key, 100))).toEqual([3, 1, 0]);
    expect(buckets.take('a', 1, 300)).toBe(true);
    expect(['a', 'b', 'c'].map((key) => buckets.tokens(key, 300))).toEqual([2, 3, 2]);
    expect(buckets.forgotten).toBe(0);
  });

  it('forgets the key that lacks least where no bucket is full again, and counts it', () => {
    const buckets = ten(3);
    buckets.take('a', 3, 0);
    buckets.take('b', 2, 0);
    buckets.take('c', 3, 0);
    expect(buckets.take('d', 3, 99)).toBe(true);
    expect([buckets.size, buckets.forgotten]).toEqual([3, 1]);
    expect(['a', 'b', 'c', 'd'].map((key) => buckets.tokens(key, 99))).toEqual([0.99, 3, 0.99, 0]);
  });

  it('forgets nobody for a key that is only refused', () => {
    const buckets = ten(1);
    buckets.take('a', 3, 0);
    for (let time = 0; time < 100; time++) expect(buckets.take('a', 1, 0)).toBe(false);
    expect(buckets.forgotten).toBe(0);
  });

  it('looks at a few slots for each new key, and goes on from there with the next', () => {
    const buckets = ten(40);
    for (let key = 0; key < 40; key++) buckets.take(key, key < 16 ? 2 : key < 32 ? 1 : 3, 0);
    buckets.take('new', 1, 0); // sees 0 to 15
    expect([0, 16].map((key) => buckets.tokens(key, 0))).toEqual([3, 2]);
    buckets.take('newer', 1, 0); // sees 16 to 31
    expect([1, 16].map((key) => buckets.tokens(key, 0))).toEqual([1, 3]);
    buckets.take('newest', 1, 0); // sees 32 to 39, then 0 to 7, where the first new one is
    expect(['new', 'newer', 'newest', 1, 39].map((key) => buckets.tokens(key, 0))).toEqual([3, 2, 2, 1, 0]);
    expect(buckets.forgotten).toBe(3);
  });

  it('remembers no more keys than it may while others come and go', () => {
    const buckets = ten(100);
    const keys = Array.from({ length: 10_000 }, (_, key) => key);
    expect(keys.every((key) => buckets.take(key, 1, key))).toBe(true);
    expect([buckets.size, buckets.forgotten]).toEqual([100, 0]); // each is full again after 100 ms
    expect(keys.every((key) => buckets.take(`${key}`, 1, 20_000))).toBe(true);
    expect([buckets.size, buckets.forgotten]).toEqual([100, 9_900]);
  });

  it.each<[string, BucketKey[], number]>([
    ['undefined, null and empty text', [undefined, null, '', undefined, null, ''], 3],
    ['a number and how it is written', [1, '1', 1n, 1, '1', 1n], 3],
    ['NaN, which is one', [Number.NaN, Number.NaN], 1],
    ['0 and -0, which are one', [0, -0], 1],
    ['truth and its opposite', [true, false, true, false], 2],
    ['symbols by themselves', [Symbol.for('a'), Symbol('a'), Symbol.for('a')], 2],
    ['text however it was made', ['ab', ['a', 'b'].join('')], 1],
  ])('tells apart %s', (_what, keys, different) => {
    const buckets = ten(100);
    for (const key of keys) buckets.take(key, 1, 0);
    expect(buckets.size).toBe(different);
    expect(buckets.tokens(keys[0], 0)).toBe(
      3 - keys.filter((key) => Object.is(key, keys[0]) || key === keys[0]).length,
    );
  });

  it.each<[string, unknown]>([
    ['an object', { tenant: 'a' }],
    ['an array', ['a']],
    ['a function', () => 'a'],
    ['a promise', Promise.resolve('a')],
  ])('refuses %s as a key, and remembers nothing of it', (what, key) => {
    const buckets = ten(100);
    const wrong = new TypeError(`key must be a string, a number or another value that is no object, got ${what}`);
    expect(() => buckets.take(key as BucketKey, 1, 0)).toThrow(wrong);
    expect(() => buckets.tokens(key as BucketKey, 0)).toThrow(wrong);
    expect(() => buckets.waitMs(key as BucketKey, 1, 0)).toThrow(wrong);
    expect(buckets.size).toBe(0);
  });
});
