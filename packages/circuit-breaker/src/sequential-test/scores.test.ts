import { describe, expect, it } from 'vitest';

import { scoresOf } from './scores.ts';

describe('scoresOf', () => {
  it.each([
    { tolerable: 0.05, unacceptable: 0.5, failure: 7, success: 2 },
    { tolerable: 0.01, unacceptable: 0.5, failure: 6, success: 1 },
    { tolerable: 0.4, unacceptable: 0.8, failure: 3, success: 5 },
    { tolerable: 0.1, unacceptable: 0.9, failure: 1, success: 1 },
    { tolerable: 0.5, unacceptable: 1, failure: 1, success: Infinity },
  ])('adds $failure for a failure and takes $success for a success from $tolerable to $unacceptable', (example) => {
    const { tolerable, unacceptable, failure, success } = example;
    expect(scoresOf(tolerable, unacceptable)).toMatchObject({ failure, success });
  });

  it('lets the score fall at what is tolerable and rise at what is not, and is near to the likelihoods', () => {
    for (let tolerable = 0.001; tolerable <= 0.5; tolerable *= 1.3) {
      for (let unacceptable = Math.max(0.01, 2 * tolerable); unacceptable < 1; unacceptable *= 1.2) {
        const { failure, success, unit } = scoresOf(tolerable, unacceptable);
        expect(tolerable * failure - (1 - tolerable) * success).toBeLessThan(0);
        expect(unacceptable * failure - (1 - unacceptable) * success).toBeGreaterThan(0);
        const evidence = Math.log((1 - tolerable) / (1 - unacceptable));
        expect(Math.abs((success * unit) / evidence - 1)).toBeLessThanOrEqual(0.0527);
      }
    }
  });
});
