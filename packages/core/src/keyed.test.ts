import { AsyncLocalStorage } from 'node:async_hooks';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Call } from './call.ts';
import { listenerChannel } from './channel.ts';
import type { Policy } from './handler.ts';
import { keyed, type KeyedOptions } from './keyed.ts';
import { HeldResult, heldProtocol } from './testing/held-result.ts';
import { scriptedHandler } from './testing/scripted-handler.ts';
import { run, wrap } from './wrap.ts';

const inputOf = (call: Call) => call.input as string;
const passThrough = (): Policy => (next) => (call) => next(call);

const to = (input: string) => Call.start(input, { protocol: heldProtocol });

describe('keyed', () => {
  it('makes one policy per key, when the key is first seen', async () => {
    const made: string[] = [];
    const perKey = keyed(inputOf, (key) => {
      made.push(key);
      return passThrough();
    });
    const handler = perKey(async ({ input }) => input);

    expect(await handler(Call.start('a'))).toBe('a');
    expect(await handler(Call.start('b'))).toBe('b');
    expect(await handler(Call.start('a'))).toBe('a');
    expect(made).toEqual(['a', 'b']);
  });

  it('shares the policy of a key between the handlers that it wraps, and applies it once to each', async () => {
    let made = 0;
    let applied = 0;
    const perKey = keyed(inputOf, (): Policy => {
      made++;
      return (next) => {
        applied++;
        return next;
      };
    });
    const handlers = [perKey(async () => 1), perKey(async () => 2)];
    for (const handler of [...handlers, ...handlers]) await handler(Call.start('a'));

    expect([made, applied]).toEqual([1, 2]);
  });

  it('sends what each of the functions that it wraps asks to that function, whichever was called first', async () => {
    const perKey = keyed(inputOf, passThrough);
    const [first, second, third] = ['first', 'second', 'third'].map((name) =>
      perKey(async ({ input }) => `${name} ${String(input)}`),
    );
    const answers: unknown[] = [];
    for (const handler of [second, first, third, first, second])
      for (const key of ['a', 'b']) answers.push(await handler?.(Call.start(key)));

    expect(answers.map(String).join()).toBe(
      'second a,second b,first a,first b,third a,third b,first a,first b,second a,second b',
    );
  });

  it('shows the policy of a key, which makes none and is no use of it', async () => {
    const policies = { a: passThrough(), b: passThrough(), c: passThrough() };
    const perKey = keyed(
      (call) => call.input as keyof typeof policies,
      (key) => policies[key],
      { maxKeys: 2 },
    );
    const handler = perKey(async () => {});
    await handler(Call.start('a'));
    await handler(Call.start('b'));

    expect(perKey.get('a')).toBe(policies.a);
    expect(perKey.get('c')).toBeUndefined();
    expect(perKey.size).toBe(2);
    await handler(Call.start('c'));
    expect(perKey.get('a')).toBeUndefined();
  });

  it('shows all of them, those that come meanwhile too', async () => {
    const perKey = keyed(inputOf, passThrough);
    const handler = perKey(async ({ input }) => input);
    await handler(to('a'));
    await handler(to('b'));
    const seen: string[] = [];
    for (const [key, policy] of perKey) {
      expect(policy).toBe(perKey.get(key));
      if (key === 'a') await handler(to('c'));
      seen.push(key);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('forgets the least recently used', async () => {
    const perKey = keyed(inputOf, passThrough, { maxKeys: 2 });
    const handler = perKey(async () => {});
    for (const key of ['a', 'b', 'a', 'c']) await handler(Call.start(key));

    expect(['a', 'b', 'c'].map((key) => perKey.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('never forgets one that has a call in flight, also while only its body is', async () => {
    const perKey = keyed(inputOf, passThrough, { maxKeys: 1 });
    const server = scriptedHandler<HeldResult>();
    const handler = perKey(server.handler);
    const first = handler(to('a'));
    const second = handler(to('b'));
    expect(perKey.size).toBe(2);

    const body = new HeldResult();
    (await server.next()).respond(body);
    (await server.next()).fail(new Error('down'));
    await first;
    await expect(second).rejects.toThrow('down');
    expect(perKey.get('b')).toBeUndefined();
    const third = handler(to('c'));
    (await server.next()).fail(new Error('down'));
    await expect(third).rejects.toThrow('down');
    expect(perKey.get('a')).toBeDefined();

    body.end();
    const fourth = handler(to('d'));
    (await server.next()).fail(new Error('down'));
    await expect(fourth).rejects.toThrow('down');
    expect(perKey.get('a')).toBeUndefined();
    expect(perKey.size).toBe(1);
  });

  it('rejects with what select, make or the policy throws, and counts nothing in flight', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const broken = [
      keyed(fail, passThrough, { maxKeys: 1 }),
      keyed(inputOf, fail, { maxKeys: 1 }),
      keyed(inputOf, (): Policy => fail, { maxKeys: 1 }),
      keyed(inputOf, (): Policy => () => fail, { maxKeys: 1 }),
    ];
    for (const policy of broken) {
      const handler = policy(async () => {});
      await expect(handler(Call.start('a'))).rejects.toThrow('broken');
      await expect(handler(Call.start('b'))).rejects.toThrow('broken');
      expect(policy.size).toBeLessThanOrEqual(1);
    }
  });

  it('rejects where make gives no policy, or the policy no handler', async () => {
    const noPolicy = keyed(inputOf, () => 7 as unknown as Policy);
    const noHandler = keyed(inputOf, () => (() => undefined) as unknown as Policy);

    await expect(noPolicy(async () => {})(Call.start('a'))).rejects.toThrow(
      new TypeError('what make gives must be a function, got 7'),
    );
    await expect(noHandler(async () => {})(Call.start('a'))).rejects.toThrow(
      new TypeError('a policy must give a handler, got undefined'),
    );
  });

  it('tells of each policy that goes, by its key', async () => {
    const made = new Map<string, Policy>();
    const gone: [Policy, string][] = [];
    const make = (key: string) => {
      const policy = passThrough();
      made.set(key, policy);
      return policy;
    };
    const perKey = keyed(inputOf, make, { maxKeys: 2, forgotten: (policy, key) => gone.push([policy, key]) });
    const handler = perKey(async () => {});
    for (const key of ['a', 'b', 'a', 'c', 'd']) await handler(Call.start(key));

    expect(gone).toEqual([
      [made.get('b'), 'b'],
      [made.get('a'), 'a'],
    ]);
  });

  it('does what it did if the hook throws or rejects, and publishes that', async () => {
    const heard: unknown[] = [];
    const stop = listenerChannel.subscribe((event) => heard.push([event.to, event.error]));
    let times = 0;
    const forgotten = (): Promise<void> => {
      if (++times === 1) throw new Error('thrown');
      return Promise.reject(new Error('rejected'));
    };
    const perKey = keyed(inputOf, passThrough, { maxKeys: 1, forgotten });
    const handler = perKey(async (call) => call.input);

    for (const key of ['a', 'b', 'c']) expect(await handler(Call.start(key))).toBe(key);
    expect(perKey.size).toBe(1);
    stop();
    expect(heard).toEqual([
      ['forgotten', new Error('thrown')],
      ['forgotten', new Error('rejected')],
    ]);
  });

  it('lets the hook call through it, also by the key that came', async () => {
    const gone: string[] = [];
    let stillThere = false;
    const answers: Promise<unknown>[] = [];
    const forgotten = (_: Policy, key: string) => {
      gone.push(key);
      if (gone.length > 3) return;
      stillThere ||= perKey.get(key) !== undefined;
      answers.push(handler(Call.start('b')), handler(Call.start(`after ${key}`)));
    };
    const perKey = keyed(inputOf, passThrough, { maxKeys: 1, forgotten });
    const handler = perKey(async (call) => call.input);
    await handler(Call.start('a'));
    await handler(Call.start('b'));

    while (answers.length > 0) await answers.shift();
    expect(perKey.size).toBe(1);
    expect(gone.slice(0, 2)).toEqual(['a', 'after a']);
    expect(stillThere).toBe(false);
  });

  it('keeps one policy where making it calls for the same key, and tells that the other goes', async () => {
    const gone: number[] = [];
    let made = 0;
    const numbered = (): Policy & { readonly number: number } => {
      const number = ++made;
      if (number === 1) void handler(Call.start('a'));
      return Object.assign(passThrough().bind(null), { number });
    };
    const perKey = keyed(inputOf, numbered, { maxKeys: 1, forgotten: ({ number }) => gone.push(number) });
    const handler = perKey(async () => {});
    await handler(Call.start('a'));
    expect([made, perKey.get('a')?.number, gone]).toEqual([2, 2, [1]]);

    await handler(Call.start('b'));
    expect([gone, perKey.size]).toEqual([[1, 2], 1]);
  });

  it('stays within its bound and keeps what is in flight, whatever comes and goes', async () => {
    const seen = { began: 0, ended: 0, forgotten: 0, overfull: 0, throwing: 0 };
    const step = fc.tuple(fc.constantFrom('begin', 'end'), fc.nat(5));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.boolean(), async (steps, throws) => {
        const told: number[] = [];
        const expected: number[] = [];
        const forgotten = (_: Policy, key: number) => {
          told.push(key);
          const busy = flights.some((flight) => flight.key === key);
          if (busy || perKey.get(key) !== undefined) told.push(NaN); // what it throws would not be seen
          if (throws) throw new Error('a hook that throws');
        };
        const perKey = keyed((call) => call.input as number, passThrough, { maxKeys: 3, forgotten });
        const flights: { readonly key: number; readonly result: HeldResult }[] = [];
        const handler = perKey(async (call) => {
          const result = new HeldResult();
          flights.push({ key: call.input as number, result });
          return result;
        });
        let recent: number[] = []; // idle keys of the model, least recently used first
        for (const [act, key] of steps) {
          if (act === 'begin') {
            seen.began++;
            recent = recent.filter((each) => each !== key);
            await handler(Call.start(key, { protocol: heldProtocol }));
          } else {
            const [flight] = flights.splice(key % Math.max(1, flights.length), 1);
            if (flight === undefined) continue;
            seen.ended++;
            flight.result.end();
            if (!flights.some((other) => other.key === flight.key)) recent.push(flight.key);
          }
          const busy = new Set(flights.map((flight) => flight.key));
          const room = Math.max(0, 3 - busy.size);
          const going = recent.slice(0, Math.max(0, recent.length - room));
          if (going.length > 0) seen.forgotten++;
          if (going.length > 0 && throws) seen.throwing++;
          expected.push(...going);
          expect(told).toEqual(expected);
          recent = recent.slice(going.length);
          if (busy.size > 3) seen.overfull++;
          const kept = [0, 1, 2, 3, 4, 5].filter((each) => perKey.get(each) !== undefined);
          expect(kept).toEqual([...busy, ...recent].sort((a, b) => a - b));
          expect(perKey.size).toBe(kept.length);
        }
      }),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });

  it('runs each function in the async context of its own call', async () => {
    const context = new AsyncLocalStorage<string>();
    const perKey = keyed(inputOf, passThrough);
    const look = wrap(perKey, async () => {
      await Promise.resolve();
      return context.getStore();
    });

    expect(await Promise.all(['a', 'b', 'c'].map((tenant) => context.run(tenant, look)))).toEqual(['a', 'b', 'c']);
  });

  it('remembers a thousand keys with nothing else said', async () => {
    const perKey = keyed(inputOf, passThrough);
    const handler = perKey(async () => {});
    for (let n = 0; n < 1_001; n++) await handler(Call.start(`key ${n}`));

    expect(perKey.size).toBe(1_000);
    expect(perKey.get('key 0')).toBeUndefined();
  });

  it.each([
    [7, passThrough, {}, 'select must be a function, got 7'],
    [inputOf, undefined, {}, 'make must be a function, got undefined'],
    [inputOf, passThrough, { maxKeys: '3' }, 'maxKeys must be a whole number of 1 or more, got "3"'],
    [inputOf, passThrough, { forgotten: true }, 'forgotten must be a function, got true'],
    [inputOf, passThrough, { max: 3 }, 'unknown option: max'],
    [inputOf, passThrough, 3, 'options must be an object, got 3'],
  ])('refuses what is wrong (%#)', (select, make, options, message) => {
    expect(() => keyed(select as () => string, make as () => Policy, options as KeyedOptions)).toThrow(
      new TypeError(message),
    );
  });

  it('refuses a bound of none', () => {
    expect(() => keyed(inputOf, passThrough, { maxKeys: 0 })).toThrow(RangeError);
  });

  it('is a policy like any other', async () => {
    await expect(run(keyed(inputOf, passThrough), async () => 'through')).resolves.toBe('through');
  });
});
