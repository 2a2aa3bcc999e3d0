import { describe, expect, it } from 'vitest';

import { expect as quick } from './quick-expect.ts';

type Matchers = Record<string, (...expected: readonly unknown[]) => void>;

/** What comes of it: what is thrown, if anything is. */
function outcome(assertion: unknown, matcher: string, expected: readonly unknown[]): string {
  try {
    (assertion as Matchers)[matcher]!(...expected); // every matcher is one of these
    return 'passes';
  } catch (error) {
    return String(error);
  }
}

class Place {
  readonly x = 1;
}

describe('expect', () => {
  it.each<[matcher: string, actual: unknown, ...expected: unknown[]]>([
    ['toBe', 1, 1],
    ['toBe', 1, 2],
    ['toBe', 0, -0],
    ['toBe', NaN, NaN],
    ['toBe', {}, {}],
    ['toEqual', [{ a: [1, undefined] }], [{ a: [1, undefined] }]],
    ['toEqual', { a: 1 }, { a: 1, b: undefined }],
    ['toEqual', { a: 1 }, { a: 1, b: 2 }],
    ['toEqual', new Place(), { x: 1 }],
    ['toEqual', new Set(['a']), new Set(['b'])],
    ['toEqual', new Headers({ a: '1' }), new Headers({ a: '2' })],
    ['toEqual', [{ at: new URLSearchParams('a=1') }], [{ at: new URLSearchParams('a=2') }]],
    ['toEqual', ['a', 'b'], expect.arrayContaining(['b'])],
    ['toEqual', [0], [-0]],
    ['toBeDefined', null],
    ['toBeDefined', undefined],
    ['toBeUndefined', undefined],
    ['toBeUndefined', null],
    ...['toBeGreaterThan', 'toBeGreaterThanOrEqual', 'toBeLessThan', 'toBeLessThanOrEqual'].flatMap(
      (matcher): [string, unknown, unknown][] => [
        [matcher, 1, 0],
        [matcher, 1, 1],
        [matcher, 0, 1],
        [matcher, NaN, 1],
        [matcher, '2', 1],
        [matcher, 2n, 1],
      ],
    ),
    ['toBeCloseTo', 0.1 + 0.2, 0.3],
    ['toBeCloseTo', 1, 1.1, 1],
    ['toBeCloseTo', 1, 1.001, 3],
    ['toBeCloseTo', Infinity, Infinity],
    ['toContain', 'abc', 'b'],
    ['toContain', ['a'], 'b'],
    ['toHaveLength', [], 1],
  ])('passes and fails as that of vitest does: %s of %o', (matcher, actual, ...expected) => {
    const told = outcome(expect(actual, 'what it is'), matcher, expected);
    expect(outcome(quick(actual, 'what it is'), matcher, expected)).toBe(told);
    const untrue = outcome(expect(actual).not, matcher, expected);
    expect(outcome(quick(actual).not, matcher, expected)).toBe(untrue);
  });

  it('has what stands on that of vitest', () => {
    expect(quick.arrayContaining).toBe(expect.arrayContaining);
  });
});
