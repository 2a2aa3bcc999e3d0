import { getEventListeners } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { AbortSink } from './abort.ts';
import type { CallView } from './call.ts';
import { Call } from './call.ts';
import type { Handler, Policy } from './handler.ts';
import { begin, wrap } from './wrap.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** Collects what can be collected and says how many bytes are left. */
function heapBytes(): number {
  const bytes = [1, 2, 3, 4, 5].map(() => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  });
  return Math.min(...bytes); // V8's own work beside it takes and gives back some
}

const through: Policy = (next) => (call) => {
  const fork = call.fork();
  const result = next(fork);
  return result.finally(() => {
    fork.release();
  });
};

describe("a caller's signal that lives long", () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  beforeAll(() => {
    process.on('warning', note);
  });
  afterAll(() => {
    process.off('warning', note);
  });

  it('keeps nothing of a million calls, one after another', async () => {
    const { signal } = new AbortController();
    const done = Promise.resolve();
    const sink: AbortSink = { abort: () => {} };
    let mostListeners = 0;
    const handler: Handler<void> = (call) => {
      call.fork().onAbort(sink);
      mostListeners = Math.max(mostListeners, listeners(signal));
      return done;
    };
    const options = { signal };
    const calls = async (times: number) => {
      for (let n = 0; n < times; n++) await begin(handler, Call.start(undefined, options));
    };

    await calls(20_000);
    const before = heapBytes();
    await calls(1_000_000);
    expect(heapBytes() - before).toBeLessThan(500_000); // half a byte a call is noise, not a leak
    expect(mostListeners).toBe(1);
    expect(listeners(signal)).toBe(0);
  }, 60_000);

  it('keeps nothing of a hundred thousand calls that read their signal', async () => {
    const { signal } = new AbortController();
    let unread = 0;
    const read = wrap(
      through,
      async (call: CallView) => {
        if (!call.signal.aborted) unread++;
      },
      { signal },
    );
    const calls = async (times: number) => {
      for (let n = 0; n < times; n++) await read();
    };

    await calls(10_000);
    const before = heapBytes();
    await calls(100_000);
    expect(heapBytes() - before).toBeLessThan(500_000);
    expect(unread).toBe(110_000);
    expect(listeners(signal)).toBe(0);
  }, 60_000);

  it('carries ten thousand calls at once on one listener', async () => {
    const caller = new AbortController();
    const read = wrap(
      through,
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason);
          });
        }),
      { signal: caller.signal },
    );
    const results = Array.from({ length: 10_000 }, () => read().catch((reason: unknown) => reason));
    expect(listeners(caller.signal)).toBe(1);

    caller.abort('all of you');
    expect(new Set(await Promise.all(results))).toEqual(new Set(['all of you']));
    expect(listeners(caller.signal)).toBe(0);
  });

  it('warns of no leak', () => {
    expect(warnings).toEqual([]);
  });
});
