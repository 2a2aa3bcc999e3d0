import { compose, FAILURE, LASTING_FAILURE, RejectedError, run, type Policy, type Verdict } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { constant, type Backoff } from '@inmesh/core/backoff';
import { HeldResult, heldProtocol } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { down, failing, slowly } from '../test-retry.ts';
import { retry } from './index.ts';

const UNSENT: Verdict = { health: 'failure', retryable: true, pushback: false, unsent: true };

class Refused extends RejectedError {
  readonly code = 'ERR_REFUSED';
}

describe('retry giving up', () => {
  it('gives up at once when the other side asks for too much', async () => {
    const { clock, policy } = slowly({ maxRetryAfterMs: 1_000 });
    const answer = new HeldResult(FAILURE, 1_001);

    expect(await run(policy, async () => answer, { protocol: heldProtocol })).toBe(answer);
    expect([answer.discarded, answer.holders]).toEqual([false, 0]);
    expect(clock.timers).toBe(0);
  });

  it('gives up at once when the wait would outlast the deadline', async () => {
    const { clock, policy } = slowly({ backoff: constant(100) });
    await clock.advance(1_000);
    const within: Policy = (next) => (call) => next(call.fork(clock.now() + 100));
    const server = failing(9);

    await expect(run(compose(within, policy), server.fn)).rejects.toBe(down);
    expect(server.calls).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('waits where the wait ends before the deadline', async () => {
    const { clock, policy } = slowly({ backoff: constant(99) });
    const within: Policy = (next) => (call) => next(call.fork(100));
    const result = run(compose(within, policy), failing(1).fn);

    await clock.advance(99);
    expect(await result).toBe('up');
  });

  it('passes on what will not get better by trying again', async () => {
    const protocol = defineProtocol({ ofError: () => LASTING_FAILURE });
    const server = failing(9);

    await expect(run(retry(), server.fn, { protocol })).rejects.toBe(down);
    expect(server.calls).toBe(1);
  });

  it('does not repeat a bug', async () => {
    const bug = new ReferenceError('x is not defined');
    const server = failing(9, bug);

    await expect(run(retry(), server.fn)).rejects.toBe(bug);
    expect(server.calls).toBe(1);
  });

  it('does not repeat a refusal of ours', async () => {
    const refusal = new Refused('refused', { policy: 'test' });
    const server = failing(9, refusal);

    await expect(run(retry(), server.fn)).rejects.toBe(refusal);
    expect(server.calls).toBe(1);
  });

  it('does not repeat what may not be done twice', async () => {
    const protocol = defineProtocol({ idempotent: () => false });
    const server = failing(9);

    await expect(run(retry(), server.fn, { protocol })).rejects.toBe(down);
    expect(server.calls).toBe(1);
  });

  it('repeats what may not be done twice if it was never sent', async () => {
    const { clock, policy } = slowly();
    const protocol = defineProtocol({ idempotent: () => false, ofError: () => UNSENT });
    const server = failing(1);
    const result = run(policy, server.fn, { protocol });

    await clock.advance(10);
    expect(await result).toBe('up');
  });

  it('does not repeat what cannot be sent again as it was', async () => {
    const protocol = defineProtocol({ rewindable: () => false, ofError: () => UNSENT });
    const server = failing(9);

    await expect(run(retry(), server.fn, { protocol })).rejects.toBe(down);
    expect(server.calls).toBe(1);
  });

  it('discards what it gives up on and passes on the last result itself', async () => {
    const { clock, policy } = slowly();
    const answers = [1, 2, 3].map(() => new HeldResult(FAILURE));
    let sent = 0;
    const result = run(policy, async () => answers[sent++] as HeldResult, { protocol: heldProtocol });

    await clock.advance(20);
    expect(await result).toBe(answers[2]);
    expect(answers.map(({ discarded }) => discarded)).toEqual([true, true, false]);
  });

  it('discards no error, which has nothing to be read', async () => {
    const { clock, policy } = slowly();
    const discarded: unknown[] = [];
    const protocol = defineProtocol({ discard: (result) => void discarded.push(result) });
    const result = run(policy, failing(1).fn, { protocol });

    await clock.advance(10);
    expect(await result).toBe('up');
    expect(discarded).toEqual([]);
  });

  it('discards before it waits', async () => {
    const { clock, policy } = slowly();
    const answer = new HeldResult(FAILURE);
    const result = run(policy, async () => answer, { protocol: heldProtocol });

    await clock.advance(0);
    expect(answer.discarded).toBe(true);
    await clock.advance(20);
    await result;
  });

  it('does not multiply with a retry around it', async () => {
    const { clock, policy } = slowly();
    const server = failing(99);
    const result = run(compose(policy, policy, policy), server.fn);
    const rejected = expect(result).rejects.toBe(down);

    await clock.advance(1_000);
    await rejected;
    expect(server.calls).toBe(3);
  });

  it('lets a retry around it go on where it may not send at all', async () => {
    const { clock, policy } = slowly();
    const server = failing(1);
    const result = run(compose(policy, retry({ attempts: 1 })), server.fn);

    await clock.advance(10);
    expect(await result).toBe('up');
  });

  it('does not stop a retry in a parallel fork of the same call', async () => {
    const { clock, policy } = slowly();
    const numbers: number[] = [];
    const both: Policy = (next) => async (call) => {
      const outcomes = await Promise.allSettled([next(call.fork()), next(call.forkAttempt())]);
      const [first] = outcomes;
      if (first.status === 'fulfilled') return first.value;
      throw first.reason;
    };
    const result = run(compose(both, policy), async ({ attempt }) => {
      numbers.push(attempt);
      if (attempt === 2) await new Promise<void>((resolve) => clock.setTimeout(resolve, 50)); // the other gives up by then
      throw down;
    });
    const rejected = expect(result).rejects.toBe(down);

    await clock.advance(49);
    expect(numbers).toEqual([1, 2, 3, 4]);
    await clock.advance(100);
    await rejected;
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('goes by the protocol where its judge throws', async () => {
    const { clock, policy } = slowly({
      judge: {
        ofError: () => {
          throw new TypeError('no such member');
        },
      },
    });
    const server = failing(1);
    const result = run(policy, server.fn);

    await clock.advance(10);
    expect(await result).toBe('up');
  });

  it('rejects with what the backoff throws, and leaves no result behind', async () => {
    const answer = new HeldResult(FAILURE);
    const backoff = () => {
      throw new Error('broken backoff');
    };

    await expect(run(retry({ backoff }), async () => answer, { protocol: heldProtocol })).rejects.toThrow(
      'broken backoff',
    );
    expect(answer.discarded).toBe(true);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no rules'))],
    ['fulfils', () => Promise.resolve(10)],
  ])('rejects with what is wrong with a backoff that is asynchronous and %s', async (_, backoff) => {
    const answer = new HeldResult(FAILURE);
    const policy = retry({ backoff: backoff as unknown as Backoff });

    await expect(run(policy, async () => answer, { protocol: heldProtocol })).rejects.toThrow(
      new TypeError('backoff must give a number, got a promise'),
    );
    expect(answer.discarded).toBe(true);
  });

  it.each([[NaN], [Infinity], [undefined as unknown as number]])(
    'gives up when the backoff says %s',
    async (waitMs) => {
      const { clock, policy } = slowly({ backoff: () => waitMs });

      await expect(run(policy, failing(9).fn)).rejects.toBe(down);
      expect(clock.timers).toBe(0);
    },
  );

  it('sends again without a timer where there is nothing to wait for', async () => {
    const { clock, policy } = slowly({ backoff: constant(0) });

    expect(await run(policy, failing(2).fn)).toBe('up');
    expect(clock.timers).toBe(0);
  });
});
