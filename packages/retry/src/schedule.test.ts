import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Schedule } from './schedule.ts';

describe('Schedule', () => {
  it('does what is written about it, whatever is asked of it', () => {
    const seen = { waited: 0, asked: 0, exhausted: 0, askedTooMuch: 0, outlasted: 0, senseless: 0 };
    const steps = fc.array(
      fc.record({
        askedMs: fc.oneof(fc.constantFrom(0, 100, -100), fc.integer({ min: 0, max: 200 })), // 100 is just not too much
        leftMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: -50, max: 200 })),
        ownMs: fc.oneof(fc.integer({ min: 0, max: 150 }), fc.constant(NaN)),
      }),
      { minLength: 1, maxLength: 8, size: 'max' },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), steps, (attempts, asked) => {
        const words: { retry: number; previousMs: number }[] = [];
        let ownMs = 0;
        const schedule = new Schedule({
          attempts,
          backoff: (retry, _random, previousMs) => {
            words.push({ retry, previousMs });
            return ownMs;
          },
          maxRetryAfterMs: 100,
          random: () => 0,
        });

        let sent = 1;
        let previousMs = 0;
        for (const step of asked) {
          ({ ownMs } = step);
          const ms = schedule.next(step.askedMs, step.leftMs);
          const longest = Math.max(0, step.askedMs) + ownMs;
          if (sent >= attempts) {
            seen.exhausted++;
            expect(ms).toBeUndefined();
          } else if (step.askedMs > 100) {
            seen.askedTooMuch++;
            expect(ms).toBeUndefined();
          } else {
            expect(words.pop()).toEqual({ retry: sent, previousMs });
            if (Number.isNaN(ownMs)) {
              seen.senseless++;
              expect(ms).toBeUndefined();
            } else if (longest >= step.leftMs) {
              seen.outlasted++;
              expect(ms).toBeUndefined();
            } else {
              seen[step.askedMs > 0 ? 'asked' : 'waited']++;
              expect(ms).toBe(longest);
              sent++;
              previousMs = ownMs;
            }
          }
          expect(schedule.exhausted).toBe(sent >= attempts);
        }
      }),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });
});
