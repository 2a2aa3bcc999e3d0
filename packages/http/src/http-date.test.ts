import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseHttpDate } from './http-date.ts';

const AT = Date.UTC(1994, 10, 6, 8, 49, 37);
const IN_1994 = Date.UTC(1994, 0);
const IN_2026 = Date.UTC(2026, 10, 23);

describe('parseHttpDate', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads all three forms: %s',
    (value) => {
      expect(parseHttpDate(value, IN_1994)).toBe(AT);
    },
  );

  it('takes a year of two digits for the past if it lies more than 50 years ahead', () => {
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', IN_2026)).toBe(AT);
    expect(parseHttpDate('Friday, 06-Nov-76 08:49:37 GMT', IN_2026)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37));
    expect(parseHttpDate('Friday, 06-Nov-77 08:49:37 GMT', IN_2026)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37));
  });

  it('reads what every date prints as', () => {
    const any = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(any, (date) => {
        expect(parseHttpDate(date.toUTCString(), 0)).toBe(Math.floor(date.getTime() / 1_000) * 1_000);
      }),
    );
  });

  it('reads a leap day and a leap second', () => {
    expect(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT', 0)).toBe(Date.UTC(2024, 1, 29));
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', 0)).toBe(Date.UTC(2017, 0, 1));
  });

  it.each([
    '',
    'soon',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nox 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 2023 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ])('reads nothing else: "%s"', (value) => {
    expect(parseHttpDate(value, IN_1994)).toBeUndefined();
  });
});
