import { describe, expect, it } from 'vitest';

import { systemClock } from './clock.ts';
import {
  callable,
  clockOf,
  count,
  countOrZero,
  judgeOf,
  nonNegativeMs,
  oneOf,
  positive,
  positiveMs,
  ratio,
  ratioOrZero,
  rejectUnknown,
  show,
  text,
} from './options.ts';
import { virtualClock } from './testing/virtual-clock.ts';
import { FAILURE } from './verdict.ts';

const notNumbers = [['1'], [undefined], [null], [true], [1n], [{}], [[1]]] as const;
const numeric = [
  ['positive', positive, [0.1, 1, 1e9], [0, -1, NaN, Infinity, -Infinity]],
  ['positiveMs', positiveMs, [0.1, 1, 1e9], [0, -1, NaN, Infinity]],
  ['nonNegativeMs', nonNegativeMs, [0, 0.5, 1e9], [-0.1, NaN, Infinity]],
  ['ratio', ratio, [0.001, 0.5, 1], [0, 1.001, -1, NaN, Infinity]],
  ['ratioOrZero', ratioOrZero, [0, 0.5, 1], [1.001, -0.1, NaN, Infinity]],
  ['countOrZero', countOrZero, [0, 1, 1e6], [1.5, -1, NaN, Infinity]],
  ['count', count, [1, 2, 1e6], [0, 1.5, -1, NaN, Infinity]],
] as const;

describe.each(numeric)('%s', (_name, check, right, wrong) => {
  it.each(right.map((value) => [value]))('gives %d back', (value) => {
    expect(check({ option: value })).toBe(value);
  });

  it.each(wrong.map((value) => [value]))('refuses %d as out of range, by its name', (option) => {
    expect(() => check({ option })).toThrow(RangeError);
    expect(() => check({ option })).toThrow(/^option must be .*, got -?[\dNI]/);
  });

  it.each(notNumbers)('refuses %s as no number, by its name', (option) => {
    expect(() => check({ option: option as number })).toThrow(TypeError);
    expect(() => check({ option: option as number })).toThrow(/^option must be .*, got /);
  });
});

describe('rejectUnknown', () => {
  it('takes no leftovers from an object, or nothing at all', () => {
    expect(() => rejectUnknown({})).not.toThrow();
    expect(() => rejectUnknown({}, {})).not.toThrow();
    expect(() => rejectUnknown({}, undefined)).not.toThrow();
  });

  it.each([
    [{ attemps: 3 }, {}, 'unknown option: attemps'],
    [{ attemps: undefined }, {}, 'unknown option: attemps'],
    [{}, 500, 'options must be an object, got 500'],
    [{}, 'fast', 'options must be an object, got "fast"'],
    [{}, [], 'options must be an object, got an array'],
    [{}, () => 1, 'options must be an object, got a function: a policy is made first, as in retry(), not retry'],
  ])('refuses %j of %j', (unknown, given, message) => {
    expect(() => rejectUnknown(unknown, given)).toThrow(new TypeError(message));
  });
});

describe('oneOf', () => {
  it('gives one of the words back, and refuses others', () => {
    expect(oneOf({ until: 'head' }, ['head', 'body'])).toBe('head');
    expect(() => oneOf({ until: 'end' }, ['head', 'body'])).toThrow(
      new RangeError("until must be 'head' or 'body', got \"end\""),
    );
    expect(() => oneOf({ until: 7 as never }, ['head'])).toThrow(new TypeError("until must be 'head', got 7"));
  });
});

describe('text', () => {
  it('gives a string back, and refuses what is none or empty', () => {
    expect(text({ name: 'users' })).toBe('users');
    expect(() => text({ name: '' })).toThrow(new TypeError('name must be a non-empty string, got ""'));
    expect(() => text({ name: 7 as never })).toThrow(new TypeError('name must be a non-empty string, got 7'));
  });
});

describe('callable', () => {
  it('gives a function back, and refuses what is none', () => {
    expect(callable({ show })).toBe(show);
    expect(() => callable({ select: 'key' })).toThrow(new TypeError('select must be a function, got "key"'));
  });
});

describe('clockOf', () => {
  it('gives a clock back', () => {
    const clock = virtualClock();

    expect(clockOf({ clock })).toBe(clock);
    expect(clockOf({ clock: systemClock })).toBe(systemClock);
  });

  it.each([['now'], ['wall'], ['setTimeout'], ['clearTimeout'], ['afterPoll']])('misses %s()', (member) => {
    expect(() => clockOf({ clock: { ...systemClock, [member]: undefined } })).toThrow(
      new TypeError(`clock must be a clock, got an object without ${member}()`),
    );
  });

  it('refuses what is no object', () => {
    expect(() => clockOf({ clock: null as never })).toThrow(
      new TypeError('clock must be a clock, got null without now()'),
    );
  });
});

describe('judgeOf', () => {
  it('gives back what judges, if anything does', () => {
    const judge = { ofError: () => FAILURE };

    expect(judgeOf({ judge })).toBe(judge);
    expect(judgeOf({ judge: undefined })).toBeUndefined();
  });

  it.each([
    [null, 'judge must be an object with ofResult or ofError, got null'],
    [() => FAILURE, 'judge must be an object with ofResult or ofError, got a function'],
    [{ ofResult: true }, 'ofResult of judge must be a function, got true'],
    [{ onResult: () => FAILURE }, 'unknown member of judge: onResult'],
  ])('refuses %j', (judge, message) => {
    expect(() => judgeOf({ judge: judge as never })).toThrow(new TypeError(message));
  });
});

describe('show', () => {
  it.each([
    ['a "quoted" word', '"a \\"quoted\\" word"'],
    [7, '7'],
    [NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [{}, 'an object'],
    [Promise.resolve(), 'a promise'],
    [[], 'an array'],
    [show, 'a function'],
    [1n, 'a bigint'],
    [Symbol('x'), 'a symbol'],
  ])('shows %s as an error message does', (value, shown) => {
    expect(show(value)).toBe(shown);
  });
});
