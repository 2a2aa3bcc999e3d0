import { Call } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { Reading } from './reading.ts';

describe('Reading', () => {
  it.each([
    { value: 'x'.repeat(256), read: 'x'.repeat(256) },
    { value: 'x'.repeat(257), read: undefined },
    { value: 7, read: '7' },
    { value: null, read: undefined },
  ])('reads $value as $read', ({ value, read }) => {
    const reading = new Reading({ tenant: (call) => call.input as string }, 1);
    reading.read(Call.start(value));
    expect(reading.values).toEqual([read]);
    expect(reading.present).toBe(read === undefined ? 0 : 1);
  });
});
