import { describe, expect, it } from 'vitest';

import { slices, type SlicesOptions } from './slices.ts';

const ask = (): string => 'a';
const attributes = { shard: ask };

describe('slices', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ attributes: {} }, 'RangeError: attributes must be 1 to 4, got 0'],
    [{ attributes: { a: ask, b: ask, c: ask, d: ask, e: ask } }, 'RangeError: attributes must be 1 to 4, got 5'],
    [{ attributes: ask }, 'TypeError: attributes must be an object of functions, got a function'],
    [{ attributes: undefined }, 'TypeError: attributes must be an object of functions, got undefined'],
    [{ attributes: null }, 'TypeError: attributes must be an object of functions, got null'],
    [{ attributes: [ask] }, 'TypeError: attributes must be an object of functions, got an array'],
    [{ attributes: { shard: 'shard' } }, 'TypeError: attributes.shard must be a function, got "shard"'],
    [{ maxDepth: 0 }, 'RangeError: maxDepth must be a whole number of 1 or more, got 0'],
    [{ ratio: 1.1 }, 'RangeError: ratio must be a ratio above 0, at most 1, got 1.1'],
    [{ minimumCalls: 0 }, 'RangeError: minimumCalls must be a whole number of 1 or more, got 0'],
    [{ windowMs: Infinity }, 'RangeError: windowMs must be a positive number of milliseconds, got Infinity'],
    [{ maxOpen: 1.5 }, 'RangeError: maxOpen must be a whole number of 1 or more, got 1.5'],
    [{ sketchBytes: 1_000 }, 'RangeError: sketchBytes must be 1024 or more, got 1000'],
    [{ openForMs: -1 }, 'RangeError: openForMs must be a positive number of milliseconds, got -1'],
    [{ halfOpen: 0 }, 'RangeError: halfOpen must be a whole number of 1 or more, got 0'],
    [{ leaseMs: '5s' }, 'TypeError: leaseMs must be a positive number of milliseconds, got "5s"'],
    [{ mode: 'disabled' }, "RangeError: mode must be 'automatic' or 'observing', got \"disabled\""],
    [{ countPushback: 1 }, 'TypeError: countPushback must be true or false, got 1'],
    [{ name: '' }, 'TypeError: name must be a non-empty string, got ""'],
    [{ judge: 1 }, 'TypeError: judge must be an object with ofResult or ofError, got 1'],
    [{ clock: {} }, 'TypeError: clock must be a clock, got an object without now()'],
    [{ random: 1 }, 'TypeError: random must be a function, got 1'],
    [{ attribute: {} }, 'TypeError: unknown option: attribute'],
  ])('refuses %o', (wrong, message) => {
    const options = { attributes, ...wrong } as unknown as SlicesOptions; // callers without types
    expect(() => slices(options)).toThrow(expect.toSatisfy((error: unknown) => String(error) === message));
  });
});
