import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import type { AbortSink } from './abort.ts';
import { Call } from './call.ts';
import { Key } from './key.ts';
import { defineProtocol, plain } from './protocol.ts';
import { HeldResult, heldProtocol } from './testing/held-result.ts';

const tenant = new Key<string | undefined>('test:tenant', undefined);
const colour = new Key<string>('test:colour', 'grey');

/** Remembers what it was told. */
function sink(): AbortSink & { readonly reasons: unknown[] } {
  const reasons: unknown[] = [];
  return { reasons, abort: (reason) => reasons.push(reason) };
}

const anyReason: readonly [name: string, reason: unknown][] = [
  ['an error', new Error('gone')],
  ['a string', 'gone'],
  ['undefined', undefined],
  ['null', null],
  ['0', 0],
  ['false', false],
];

describe('Call.start', () => {
  it('begins a call with what is known of it', () => {
    const protocol = defineProtocol({});
    const call = Call.start([1], { name: 'users', protocol, captureStacks: true });

    expect(call).toMatchObject({ input: [1], name: 'users', protocol, captureStacks: true });
    expect(call).toMatchObject({ attempt: 1, deadline: Infinity, aborted: false, reason: undefined, repeats: false });
  });

  it('fills in the rest', () => {
    expect(Call.start(undefined)).toMatchObject({ name: '', protocol: plain, captureStacks: false });
    expect(Call.start(undefined, {}, 'getUser').name).toBe('getUser');
    expect(Call.start(undefined, { name: 'users' }, 'getUser').name).toBe('users');
  });

  it.each([
    [{ name: 7 }, 'name must be a string, got 7'],
    [{ signal: 'now' }, 'signal must be an AbortSignal, got "now"'],
    [{ signal: null }, 'signal must be an AbortSignal, got null'],
    [{ protocol: {} }, 'protocol must come from defineProtocol, got an object'],
    [{ captureStacks: 1 }, 'captureStacks must be a boolean, got 1'],
    [{ timeout: 500 }, 'unknown option of a call: timeout'],
    [null, 'options of a call must be an object, got null'],
    ['users', 'options of a call must be an object, got "users"'],
  ])('refuses the options %j', (options, message) => {
    expect(() => Call.start(undefined, options as object)).toThrow(new TypeError(message));
  });
});

describe('Call', () => {
  it('shows a bound value to everything inside, and to nobody else', () => {
    const call = Call.start(undefined);
    const bound = call.with(tenant, 'acme');

    expect(bound.get(tenant)).toBe('acme');
    expect(bound.fork().with(colour, 'red').forkAttempt().get(tenant)).toBe('acme');
    expect(call.get(tenant)).toBeUndefined();
    expect(call.get(colour)).toBe('grey');
  });

  it('lets the innermost value win, and two forks see their own', () => {
    const call = Call.start(undefined).with(colour, 'red');
    const [one, other] = [call.fork().with(colour, 'green'), call.fork().with(colour, 'blue')];

    expect([call, one, other].map((each) => each.get(colour))).toEqual(['red', 'green', 'blue']);
  });

  it('finds values and facts by the name of the key', () => {
    const copy = new Key<string>('test:colour', 'none');
    const call = Call.start(undefined).with(colour, 'red');
    call.note(colour, 'green');

    expect(call.get(copy)).toBe('red');
    expect([...call.noted(copy)]).toEqual(['green']);
    expect(call.hasNoted(copy, 'green')).toBe(true);
  });

  it('shows what any fork noted, latest first', () => {
    const call = Call.start(undefined);
    const inner = call.fork().with(tenant, 'acme');
    inner.note(colour, 'red');
    call.forkAttempt().note(colour, 'green');
    call.note(tenant, 'other');

    expect([...call.noted(colour)]).toEqual(['green', 'red']);
    expect([...inner.noted(tenant)]).toEqual(['other']);
    expect(inner.hasNoted(colour, 'green')).toBe(true);
    expect(inner.hasNoted(colour, 'blue')).toBe(false);
  });

  it('knows which fork noted a fact', () => {
    const call = Call.start(undefined);
    const [one, other] = [call.fork(), call.fork()];
    one.with(tenant, 'acme').forkAttempt().note(colour, 'red');

    expect(call.hasNotedWithin(colour, 'red')).toBe(true);
    expect(one.hasNotedWithin(colour, 'red')).toBe(true);
    expect(other.hasNotedWithin(colour, 'red')).toBe(false);
    expect(one.hasNotedWithin(colour, 'blue')).toBe(false);
  });

  it('numbers the sendings of one call, however they are nested', () => {
    const call = Call.start(undefined);
    const second = call.forkAttempt();
    const third = second.forkAttempt();

    expect([call, second, third, call.forkAttempt()].map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(second.fork().with(tenant, 'acme').attempt).toBe(2);
  });

  it('counts its sendings, over all of its forks', () => {
    const call = Call.start(undefined);
    const bound = call.fork().with(tenant, 'acme');
    expect(call.attempts).toBe(1);
    bound.forkAttempt().release();
    const third = call.forkAttempt();
    expect([call, bound, third].map(({ attempts }) => attempts)).toEqual([3, 3, 3]);
    expect(Call.start(undefined).attempts).toBe(1);
  });

  it('hands a deadline down, and an earlier one with a fork', () => {
    const call = Call.start(undefined).fork(100);

    expect(call.with(tenant, 'acme').forkAttempt().deadline).toBe(100);
    expect(call.fork(50).fork().deadline).toBe(50);
  });

  it('tells all of its forks that another attempt may follow', () => {
    const call = Call.start(undefined);
    const fork = call.fork();
    fork.expectRepeats();

    expect(call.repeats).toBe(true);
    expect(call.forkAttempt().repeats).toBe(true);
  });

  it.each(anyReason)('aborts with %s, down to the innermost signal', (_name, reason) => {
    const call = Call.start(undefined);
    const outer = call.fork();
    const inner = outer.with(tenant, 'acme').forkAttempt().fork();
    const { signal } = inner;
    const told = sink();
    inner.onAbort(told);
    outer.abort(reason);

    expect(signal.aborted).toBe(true);
    expect(told.reasons).toEqual([reason]);
    expect(inner).toMatchObject({ aborted: true });
    expect(inner.reason).toBe(reason);
    expect(call.aborted).toBe(false);
  });

  it.each(anyReason)('passes on that the caller aborted with %s', (_name, reason) => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    const inner = call.fork().forkAttempt();
    const { signal } = inner;
    caller.abort(reason);

    expect(signal.reason).toBe(caller.signal.reason);
    expect(call).toMatchObject({ aborted: true, reason: caller.signal.reason });
    expect(inner).toMatchObject({ aborted: true, reason: caller.signal.reason });
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('gives a signal that is aborted already to who asks late', () => {
    const fork = Call.start(undefined).fork();
    fork.abort('gone');

    expect(fork.signal).toMatchObject({ aborted: true, reason: 'gone' });
    expect(fork.fork().signal).toMatchObject({ aborted: true, reason: 'gone' });
    const told = sink();
    fork.fork().onAbort(told);
    expect(told.reasons).toEqual(['gone']);
  });

  it('gives the same signal each time, shared by what is bound to the same fork', () => {
    const fork = Call.start(undefined).fork();

    expect(fork.signal).toBe(fork.signal);
    expect(fork.with(tenant, 'acme').signal).toBe(fork.signal);
    expect(fork.fork().signal).not.toBe(fork.signal);
  });

  it('tells each sink once, and none that was taken off', () => {
    const fork = Call.start(undefined).fork();
    const sinks = [sink(), sink(), sink(), sink()];
    for (const each of sinks) fork.onAbort(each);
    fork.onAbort(sinks[2] as AbortSink);
    fork.offAbort(sinks[0] as AbortSink);
    fork.onAbort(sinks[3] as AbortSink);
    fork.offAbort(sinks[1] as AbortSink);
    fork.abort(1);
    fork.abort(2);

    expect(sinks.map(({ reasons }) => reasons)).toEqual([[], [], [1], [1]]);
  });

  it('tells no sink that another takes off while it is told', () => {
    const fork = Call.start(undefined).fork();
    const victim = sink();
    fork.onAbort({
      abort() {
        fork.offAbort(victim);
      },
    });
    fork.onAbort(victim);
    fork.abort('gone');

    expect(victim.reasons).toEqual([]);
  });

  it('tells no call of a caller that another call takes off while it is told', () => {
    const caller = new AbortController();
    const [one, other] = [1, 2].map(() => Call.start(undefined, { signal: caller.signal })) as [Call, Call];
    const victim = sink();
    one.onAbort({
      abort() {
        other.release();
      },
    });
    other.onAbort(victim);
    caller.abort('gone');

    expect(victim.reasons).toEqual([]);
  });

  it('keeps the first reason when it is aborted again, here or further out', () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    const [aborted, late] = [call.fork(), call.fork()];
    aborted.abort('first');
    caller.abort('caller');
    aborted.abort('second');
    late.abort('late');

    expect(aborted.reason).toBe('first');
    expect(late.reason).toBe('caller');
  });

  it('can be aborted while it is being aborted', () => {
    const fork = Call.start(undefined).fork();
    const told = sink();
    fork.onAbort({
      abort() {
        fork.abort('again');
      },
    });
    fork.onAbort(told);
    fork.signal.addEventListener('abort', () => {
      fork.abort('from a listener');
    });
    fork.abort('first');

    expect(told.reasons).toEqual(['first']);
    expect(fork.reason).toBe('first');
  });

  it('is out of reach of any abort once it is over', () => {
    const caller = new AbortController();
    const outer = Call.start(undefined, { signal: caller.signal }).fork();
    const fork = outer.fork();
    const { signal } = fork.fork();
    fork.over();
    fork.abort('self');
    outer.abort('outer');
    caller.abort('caller');

    expect(signal.aborted).toBe(false);
    expect(fork).toMatchObject({ aborted: false, reason: undefined });
    expect(outer.reason).toBe('outer');
  });

  it('remembers after it is over that it was aborted before', () => {
    const fork = Call.start(undefined).fork();
    fork.abort('gone');
    fork.release();

    expect(fork).toMatchObject({ aborted: true, reason: 'gone' });
  });

  it('listens to nobody before somebody listens to it', () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    const fork = call.fork();
    expect(fork.aborted).toBe(false);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);

    fork.onAbort(sink());
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    call.release();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});

describe('Call.settles', () => {
  it('ends the link to the caller with the result, not with the promise', async () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal, protocol: heldProtocol });
    const { signal } = call;
    const result = new HeldResult();

    expect(await call.settles(Promise.resolve(result))).toBe(result);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    result.end();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    caller.abort();
    expect(signal.aborted).toBe(false);
  });

  it('ends the link to the caller with an error', async () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    void call.signal;

    await expect(call.settles(Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('ends the link to the caller when the protocol cannot say when a result is over', async () => {
    const caller = new AbortController();
    const protocol = defineProtocol({
      hold: () => {
        throw new Error('broken');
      },
    });
    const call = Call.start(undefined, { signal: caller.signal, protocol });
    void call.signal;

    await expect(call.settles(Promise.resolve('result'))).resolves.toBe('result');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});
