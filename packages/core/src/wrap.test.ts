import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { Call, type CallView } from './call.ts';
import { systemClock } from './clock.ts';
import { compose, type Policy } from './handler.ts';
import { Key } from './key.ts';
import { begin, run, wrap } from './wrap.ts';

const transparent: Policy = (next) => next;
const tenant = new Key<string>('test:tenant', 'nobody');

/** Remembers the calls that went through. */
function recording() {
  const calls: Call[] = [];
  const policy: Policy = (next) => (call) => {
    calls.push(call);
    return next(call);
  };
  return { calls, policy };
}

describe('wrap', () => {
  it('gives a function of the same arguments', async () => {
    const sum = wrap(transparent, async (_call, a: number, b: number) => a + b);

    await expect(sum(2, 3)).resolves.toBe(5);
  });

  it('shows the function its call', async () => {
    const bound: Policy = (next) => (call) => next(call.with(tenant, 'acme').fork(100));
    const look = wrap(bound, async (call: CallView) => [call.get(tenant), call.attempt, call.deadline, call.signal]);

    await expect(look()).resolves.toEqual(['acme', 1, 100, expect.any(AbortSignal)]);
  });

  it('applies its policy once, however often it is called', async () => {
    let applied = 0;
    const counted: Policy = (next) => {
      applied++;
      return next;
    };
    const answer = wrap(counted, async () => 42);

    await answer();
    await answer();
    expect(applied).toBe(1);
  });

  it('names the call for the function, or as the options say', async () => {
    const { calls, policy } = recording();
    async function getUser() {}
    await wrap(policy, getUser)();
    await wrap(policy, getUser, { name: 'users' })();

    expect(calls.map(({ name }) => name)).toEqual(['getUser', 'users']);
  });

  it('goes by the options as they were', async () => {
    const { calls, policy } = recording();
    const options = { name: 'users' };
    const send = wrap(policy, () => 'answer', options);
    options.name = 'orders';
    await send();
    expect(calls.map(({ name }) => name)).toEqual(['users']);
  });

  it('makes options of the arguments', async () => {
    const { calls, policy } = recording();
    const get = wrap(
      policy,
      async (_call, id: string) => id,
      (id) => ({ name: `get-${id}` }),
    );

    await expect(get('7')).resolves.toBe('7');
    expect(calls[0]).toMatchObject({ name: 'get-7', input: ['7'] });
  });

  it('rejects where the options of the arguments cannot be made or are wrong', async () => {
    const throwing = wrap(
      transparent,
      async () => {},
      () => {
        throw new Error('no options');
      },
    );
    const wrong = wrap(
      transparent,
      async () => {},
      () => ({ signal: 'now' as unknown as AbortSignal }),
    );

    await expect(throwing()).rejects.toThrow('no options');
    await expect(wrong()).rejects.toThrow('signal must be an AbortSignal, got "now"');
  });

  it('makes a function reject that throws', async () => {
    const broken = wrap(transparent, () => {
      throw new Error('broken');
    });

    await expect(broken()).rejects.toThrow('broken');
  });

  it('takes what is no promise and what is somebody else’s promise', async () => {
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- what a library without promises of its own gives
      then(resolve: (value: string) => void) {
        resolve('thenable');
      },
    };
    const given = wrap(transparent, (_call, value: unknown) => value);

    await expect(given('plain')).resolves.toBe('plain');
    await expect(given(thenable)).resolves.toBe('thenable');
  });

  it('rejects with the reason of a signal that is aborted already, and calls nothing', async () => {
    const { calls, policy } = recording();
    let called = false;
    const get = wrap(
      policy,
      async () => {
        called = true;
      },
      { signal: AbortSignal.abort(0) },
    );

    await expect(get()).rejects.toBe(0);
    expect(called).toBe(false);
    expect(calls).toEqual([]);
  });

  it('makes a policy reject that throws, and lets go of the caller', async () => {
    const caller = new AbortController();
    const broken: Policy = () => (call) => {
      void call.signal;
      throw new Error('broken policy');
    };

    await expect(wrap(broken, async () => {}, { signal: caller.signal })()).rejects.toThrow('broken policy');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it.each([
    [undefined, async () => {}, undefined, 'policy must be a function, got undefined'],
    [transparent, 'getUser', undefined, 'fn must be a function, got "getUser"'],
    [transparent, async () => {}, { retries: 3 }, 'unknown option of a call: retries'],
    [transparent, async () => {}, null, 'options of a call must be an object, got null'],
    [function forgetful() {}, async () => {}, undefined, 'policy forgetful must give a handler, got undefined'],
  ])('refuses what is wrong before the first call (%#)', (policy, fn, options, message) => {
    expect(() => wrap(policy as Policy, fn as () => Promise<void>, options as object)).toThrow(new TypeError(message));
  });
});

describe('run', () => {
  it('runs a function once under a policy', async () => {
    const { calls, policy } = recording();

    await expect(run(policy, async ({ attempt }) => `attempt ${attempt}`, { name: 'once' })).resolves.toBe('attempt 1');
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ name: 'once', input: undefined });
  });

  it('rejects with what is thrown', async () => {
    await expect(
      run(transparent, () => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
  });

  it('rejects with what is wrong with its arguments', async () => {
    await expect(run(undefined as unknown as Policy, async () => {})).rejects.toThrow(TypeError);
    await expect(run(transparent, async () => {}, { name: 7 as unknown as string })).rejects.toThrow(TypeError);
  });

  it('rejects with the reason of a signal that is aborted already, and calls nothing', async () => {
    let called = false;
    const result = run(
      transparent,
      async () => {
        called = true;
      },
      { signal: AbortSignal.abort('gone') },
    );

    await expect(result).rejects.toBe('gone');
    expect(called).toBe(false);
  });
});

describe('a policy that gives no promise', () => {
  const giving = (what: unknown): Policy => {
    return () => () => what as Promise<never>;
  };

  it.each([
    ['cached', 'a policy must give a promise, got "cached"'],
    [undefined, 'a policy must give a promise, got undefined'],
    [{ status: 200 }, 'a policy must give a promise, got an object'],
  ])('rejects and lets go of the caller: %j', async (what, message) => {
    const caller = new AbortController();
    const listening: Policy = (next) => (call) => {
      void call.signal;
      return next(call);
    };
    const policy = compose(listening, giving(what));
    await expect(run(policy, () => 'answer')).rejects.toThrow(new TypeError(message));
    await expect(run(policy, () => 'answer', { signal: caller.signal })).rejects.toThrow(new TypeError(message));
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('is taken at its word if it gives what has a then', async () => {
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- what a library without promises of its own gives
      then(resolve: (value: string) => void) {
        resolve('later');
      },
    };
    const result = run(giving(thenable), () => 'answer');
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toBe('later');
  });
});

describe('begin', () => {
  it('sends a call through a handler', async () => {
    const call = Call.start('input');

    await expect(begin(async ({ input }) => input, call)).resolves.toBe('input');
  });

  it('sends nothing where the call is aborted', async () => {
    const call = Call.start(undefined);
    call.abort(null);

    await expect(begin(async () => 'sent', call)).rejects.toBeNull();
  });
});

describe('compose', () => {
  it('puts the first policy outermost', async () => {
    const seen: string[] = [];
    const named =
      (name: string): Policy =>
      (next) =>
      (call) => {
        seen.push(name);
        return next(call);
      };
    await run(compose(named('a'), compose(named('b'), named('c')), named('d')), async () => {});

    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes a policy that does nothing of none', async () => {
    await expect(run(compose(), async () => 'untouched')).resolves.toBe('untouched');
  });

  it('refuses what is no function, and says where it stands', () => {
    expect(() => compose(transparent, undefined as unknown as Policy)).toThrow(
      new TypeError('policy 2 of compose must be a function, got undefined'),
    );
  });

  it('refuses a policy that gives no handler', () => {
    const forgetful = () => undefined;
    const broken = compose(transparent, forgetful as unknown as Policy, transparent);

    expect(() => wrap(broken, async () => {})).toThrow(
      new TypeError('policy forgetful must give a handler, got undefined'),
    );
    expect(() => wrap(compose((() => 7) as unknown as Policy), async () => {})).toThrow(
      new TypeError('a policy must give a handler, got 7'),
    );
  });

  it('lets a signal reach the innermost function through every attempt', async () => {
    const caller = new AbortController();
    const twice: Policy = (next) => async (call) => {
      await next(call).catch(() => {});
      const second = call.forkAttempt();
      return next(second);
    };
    const signals: AbortSignal[] = [];
    const result = run(
      compose(twice, (next) => (call) => next(call.fork())),
      async ({ signal }) => {
        signals.push(signal);
        if (signals.length === 1) throw new Error('down');
        return new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason);
          });
        });
      },
      { signal: caller.signal },
    );
    const rejected = expect(result).rejects.toBe('gone');
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    caller.abort('gone');

    await rejected;
    expect(signals).toHaveLength(2);
  });
});
