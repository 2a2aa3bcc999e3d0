import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { callerSignal, type AbortSink } from './abort.ts';

/** Remembers what it was told. */
function sink(): AbortSink & { readonly reasons: unknown[] } {
  const reasons: unknown[] = [];
  return { reasons, abort: (reason) => reasons.push(reason) };
}

describe('callerSignal', () => {
  it('is the same for every call of a caller, with one listener', () => {
    const { signal } = new AbortController();
    for (let n = 0; n < 3; n++) callerSignal(signal).onAbort(sink());

    expect(callerSignal(signal)).toBe(callerSignal(signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('listens until the last call is over, and again for the next', () => {
    const caller = new AbortController();
    const source = callerSignal(caller.signal);
    const [first, second, third] = [sink(), sink(), sink()];
    for (const each of [first, second]) source.onAbort(each);
    source.offAbort(first);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    source.offAbort(second);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);

    source.onAbort(third);
    source.offAbort(first);
    caller.abort('gone');
    expect([first, second, third].map(({ reasons }) => reasons)).toEqual([[], [], ['gone']]);
  });
});
