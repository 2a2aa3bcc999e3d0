import { describe, expect, it } from 'vitest';

import { parseRetryAfter } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['007', 7_000],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 23 12:00:30 2026', 30_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ])('reads %s', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });

  it.each(['', '-1', '1.5', '1e3', '120, 120', 'Infinity', 'tomorrow', '9'.repeat(400)])(
    'reads nothing in "%s"',
    (value) => {
      expect(parseRetryAfter(value, NOW)).toBeUndefined();
    },
  );
});
