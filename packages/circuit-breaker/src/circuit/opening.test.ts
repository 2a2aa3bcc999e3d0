import { listenerChannel } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { growing, heedRetryAfter, openingMs, type OpenFor, type Opening } from './opening.ts';

const opening = (facts: Partial<Opening> = {}): Opening => ({
  times: 1,
  retryAfterMs: undefined,
  reason: 'test',
  random: () => 0.5,
  ...facts,
});

describe('growing', () => {
  it('grows from 5 to 300 s, half of each drawn, unless told otherwise', () => {
    const drawn = (times: number, chance: number) => growing()(opening({ times, random: () => chance }));
    expect([drawn(1, 0), drawn(1, 1)]).toEqual([2_500, 5_000]);
    expect([drawn(2, 1), drawn(3, 1), drawn(7, 1), drawn(1_000, 1)]).toEqual([10_000, 20_000, 300_000, 300_000]);
  });

  it('takes other times, factors and jitters', () => {
    const times = [1, 2, 3, 4].map((each) =>
      growing({ baseMs: 10, factor: 3, maxMs: 100, jitter: 'none' })(opening({ times: each })),
    );
    expect(times).toEqual([10, 30, 90, 100]);
  });

  it('refuses what it does not know', () => {
    expect(() => growing({ baseMs: -1 })).toThrow(
      new RangeError('baseMs must be a positive number of milliseconds, got -1'),
    );
    expect(() => growing({ baseMs: 2_000, maxMs: 1_000 })).toThrow(
      new RangeError('maxMs must be at least the baseMs of 2000, got 1000'),
    );
    expect(() => growing({ factor: 0.5 })).toThrow(new RangeError('factor must be 1 or more, got 0.5'));
    expect(() => growing({ base: 1 } as object)).toThrow(new TypeError('unknown option: base'));
  });
});

describe('heedRetryAfter', () => {
  it.each([
    { asked: 30_000, ms: 30_000 },
    { asked: 0, ms: 5_000 },
    { asked: 90_000, ms: 60_000 },
    { asked: undefined, ms: 5_000 },
  ])('is open for $ms ms if asked for $asked', ({ asked, ms }) => {
    expect(heedRetryAfter()(opening({ retryAfterMs: asked }))).toBe(ms);
  });

  it('takes a function for when nothing was asked', () => {
    const openFor = heedRetryAfter({ otherwise: ({ times }) => times * 100, maxMs: 10 });
    expect([openFor(opening({ times: 3 })), openFor(opening({ times: 3, retryAfterMs: 50 }))]).toEqual([300, 10]);
  });

  it('refuses what makes no sense', () => {
    const wanted = 'otherwise must be a positive number of milliseconds';
    expect(() => heedRetryAfter({ otherwise: 0 })).toThrow(new RangeError(`${wanted}, got 0`));
    const text = '5s' as unknown as number; // callers without types
    expect(() => heedRetryAfter({ otherwise: text })).toThrow(new TypeError(`${wanted} or a function, got "5s"`));
  });
});

describe('openingMs', () => {
  const error = new Error('broken');
  it.each<{ how: string; openFor: OpenFor; wrong: string }>([
    {
      how: 'throws',
      openFor: () => {
        throw error;
      },
      wrong: 'Error: broken',
    },
    {
      how: 'gives NaN',
      openFor: () => NaN,
      wrong: 'RangeError: what openForMs gives must be a number of milliseconds, 0 or more, got NaN',
    },
    {
      how: 'gives a promise that rejects',
      openFor: (async () => {
        throw error;
      }) as unknown as OpenFor, // callers without types
      wrong: 'TypeError: what openForMs gives must be a number of milliseconds, 0 or more, got a promise',
    },
  ])('is 5 s, and tells what is wrong, if the function $how', async ({ openFor, wrong }) => {
    const heard: string[] = [];
    const stop = listenerChannel.subscribe((event) => heard.push(`${event.to}, ${String(event.error)}`));
    expect(openingMs(openFor, opening())).toBe(5_000);
    await Promise.resolve();
    stop();
    expect(heard).toContain(`openForMs, ${wrong}`);
  });
});
