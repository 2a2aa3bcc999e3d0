import { Call, FAILURE, SUCCESS } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { HeldResult, heldProtocol } from './held-result.ts';

const call = Call.start(undefined, { protocol: heldProtocol });

/** Remembers how it was told that the result is over. */
function holder() {
  const told: unknown[] = [];
  return { told, over: (error?: unknown) => void told.push(error) };
}

describe('HeldResult', () => {
  it('tells its holders once when it ends', () => {
    const result = new HeldResult();
    const waiting = holder();
    heldProtocol.hold(result, waiting);
    expect([waiting.told, result.holders]).toEqual([[], 1]);

    result.end('reset');
    result.end();
    expect([waiting.told, result.holders]).toEqual([['reset'], 0]);
  });

  it('tells at once who comes after its end', () => {
    const result = new HeldResult();
    const waiting = holder();
    result.end('reset');
    heldProtocol.hold(result, waiting);

    expect(waiting.told).toEqual(['reset']);
  });

  it('is judged and asks to wait as it was made', () => {
    expect(heldProtocol.ofResult(new HeldResult(), call)).toBe(SUCCESS);
    expect(heldProtocol.ofResult(new HeldResult(FAILURE), call)).toBe(FAILURE);
    expect(heldProtocol.retryAfterMs(new HeldResult(FAILURE, 700))).toBe(700);
    expect(heldProtocol.retryAfterMs(new Error('down'))).toBeUndefined();
  });

  it('is over when it is discarded', () => {
    const result = new HeldResult();
    const waiting = holder();
    heldProtocol.hold(result, waiting);
    heldProtocol.discard(result, call);

    expect(result.discarded).toBe(true);
    expect(waiting.told).toEqual([undefined]);
  });
});
