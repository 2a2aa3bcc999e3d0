import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, it, onTestFinished } from 'vitest';

import { Call } from './call.ts';
import { listenerChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { compose, type Policy } from './handler.ts';
import { Key } from './key.ts';
import { observed, type ObservedOptions, type Outcome } from './observed.ts';
import { HeldResult, heldProtocol } from './testing/held-result.ts';
import { virtualClock } from './testing/virtual-clock.ts';
import { FAILURE, SUCCESS } from './verdict.ts';
import { run, wrap } from './wrap.ts';

const attempts = new Key<string>('test:attempt', '');

/** A clock, what was observed on it, and the policy that observes. */
function observing() {
  const clock = virtualClock({ startMs: 1_000 });
  const outcomes: (Outcome & { readonly call: Call })[] = [];
  const policy = observed((call, outcome) => outcomes.push({ call, ...outcome }), { clock });
  return { clock, outcomes, policy };
}

describe('observed', () => {
  it('tells of a result when it is over, not when it settles', async () => {
    const { clock, outcomes, policy } = observing();
    const response = new HeldResult();
    const result = run(
      policy,
      async () => {
        clock.block(30);
        await Promise.resolve();
        return response;
      },
      { protocol: heldProtocol, name: 'users' },
    );
    await result;
    expect(outcomes).toEqual([]);

    clock.block(70);
    response.end();
    expect(outcomes).toMatchObject([{ verdict: SUCCESS, error: undefined, settledAfterMs: 30, overAfterMs: 100 }]);
    expect(outcomes[0]?.call.name).toBe('users');
  });

  it('tells of an error at once, and passes it on', async () => {
    const { clock, outcomes, policy } = observing();
    const down = new Error('down');
    const result = run(policy, async () => {
      clock.block(30);
      throw down;
    });

    await expect(result).rejects.toBe(down);
    expect(outcomes).toMatchObject([{ verdict: FAILURE, error: down, settledAfterMs: 30, overAfterMs: 30 }]);
  });

  it('tells of a policy inside that throws instead of rejecting', async () => {
    const { outcomes, policy } = observing();
    const bug = new Error('thrown');
    const throwing: Policy = () => () => {
      throw bug;
    };
    await expect(policy(throwing(() => Promise.resolve('answer')))(Call.start(undefined))).rejects.toBe(bug);
    expect(outcomes).toMatchObject([{ verdict: FAILURE, error: bug, settledAfterMs: 0, overAfterMs: 0 }]);
  });

  it('takes a body that dies for a failure, whatever its head said', async () => {
    const { outcomes, policy } = observing();
    const response = new HeldResult(SUCCESS);
    await run(policy, async () => response, { protocol: heldProtocol });
    response.end('reset');

    expect(outcomes).toMatchObject([{ verdict: FAILURE, error: 'reset' }]);
  });

  it('tells of a result that is a failure', async () => {
    const { outcomes, policy } = observing();
    const response = new HeldResult(FAILURE);
    await run(policy, async () => response, { protocol: heldProtocol });
    response.end();

    expect(outcomes).toMatchObject([{ verdict: FAILURE, error: undefined }]);
  });

  it('shows what policies inside noted', async () => {
    const noting: Policy = (next) => (call) => {
      call.note(attempts, 'one');
      call.fork().note(attempts, 'two');
      return next(call);
    };
    let seen: string[] = [];
    const policy = observed((call) => {
      seen = [...call.noted(attempts)];
    });
    await run(compose(policy, noting), async () => {});

    expect(seen).toEqual(['two', 'one']);
  });

  it.each([
    ['throws', false],
    ['rejects', true],
  ])('harms no call when its observer %s, and says so', async (_what, asynchronous) => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new Error('broken observer');
    const observer = () => {
      if (asynchronous) return Promise.reject(bug);
      throw bug;
    };
    // oxlint-disable-next-line typescript/no-misused-promises -- what a user may well pass
    const policy = observed(observer);

    await expect(run(policy, async () => 'fine')).resolves.toBe('fine');
    await expect(run(policy, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    expect(heard).toEqual([
      { to: 'observed', error: bug },
      { to: 'observed', error: bug },
    ]);
  });

  it('runs each function in the async context of its own call', async () => {
    const context = new AsyncLocalStorage<number>();
    const look = wrap(observing().policy, async () => {
      await Promise.resolve();
      return context.getStore();
    });

    expect(await Promise.all([1, 2, 3].map((tenant) => context.run(tenant, look)))).toEqual([1, 2, 3]);
  });

  it.each([
    ['observer', {}, 'observer must be a function, got "observer"'],
    [() => {}, { clock: 0 }, 'clock must be a clock, got 0 without now()'],
    [() => {}, { when: 'head' }, 'unknown option: when'],
    [() => {}, [], 'options must be an object, got an array'],
  ])('refuses what is wrong (%#)', (observer, options, message) => {
    expect(() => observed(observer as () => void, options as ObservedOptions)).toThrow(new TypeError(message));
  });
});
