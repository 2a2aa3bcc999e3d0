import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import type { AbortSink } from './abort.ts';
import { Call } from './call.ts';
import { Key } from './key.ts';
import { defineProtocol } from './protocols.ts';
import { HeldResult, heldProtocol } from './testing/held-result.ts';

const tenant = new Key<string | undefined>('test:tenant', undefined);

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

describe('Call', () => {
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

  it('tells who asks late that the caller aborted before anybody listened', () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    const told = sink();
    caller.abort('gone');
    call.onAbort(told);

    expect(told.reasons).toEqual(['gone']);
    expect(call.fork().signal.reason).toBe('gone');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('stops listening to the caller when it is aborted itself', () => {
    const caller = new AbortController();
    const call = Call.start(undefined, { signal: caller.signal });
    call.onAbort(sink());
    call.abort('self');

    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
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
    for (const each of sinks) fork.onAbort(each);
    fork.offAbort(sinks[0] as AbortSink);
    fork.onAbort(sinks[3] as AbortSink);
    fork.offAbort(sinks[1] as AbortSink);
    fork.abort(1);
    fork.abort(2);

    expect(sinks.map(({ reasons }) => reasons)).toEqual([[], [], [1], [1]]);
  });

  it('takes off a sink that nobody put on', () => {
    const fork = Call.start(undefined).fork();
    expect(() => {
      fork.offAbort(sink());
    }).not.toThrow();
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

  it.each(['an outer fork', 'the caller'])('remembers after it is over that %s had aborted it', (who) => {
    const caller = new AbortController();
    const outer = Call.start(undefined, { signal: caller.signal }).fork();
    const fork = outer.with(new Key<number>('n', 0), 1).fork();
    if (who === 'the caller') caller.abort('gone');
    else outer.abort('gone');
    fork.release();
    outer.release();

    for (const each of [fork, outer]) {
      expect(each).toMatchObject({ aborted: true, reason: 'gone' });
      expect(each.signal.reason).toBe('gone');
    }
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
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

  it('listens to the caller for nobody who hears of that by himself, and tells him of all else', () => {
    const caller = new AbortController();
    const outer = Call.start(undefined, { signal: caller.signal }).fork();
    const told = sink();
    outer.fork().onAbort(told, true);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);

    outer.abort('too late');
    expect(told.reasons).toEqual(['too late']);
  });

  it('listens to the caller as soon as somebody else asks for that, whoever was there before', () => {
    const caller = new AbortController();
    const fork = Call.start(undefined, { signal: caller.signal }).fork().fork();
    const [first, second] = [sink(), sink()];
    fork.onAbort(first, true);
    fork.onAbort(second);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);

    caller.abort('gone');
    expect([first.reasons, second.reasons]).toEqual([['gone'], ['gone']]);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it.each(['asks', 'ends'])('knows that the caller aborted, though nobody listened, when somebody %s later', (what) => {
    const caller = new AbortController();
    const outer = Call.start(undefined, { signal: caller.signal }).fork();
    const fork = outer.fork();
    fork.onAbort(sink(), true);
    caller.abort('gone');
    expect(fork).toMatchObject({ aborted: true, reason: 'gone' });

    if (what === 'ends') for (const each of [fork, outer]) each.release();
    const late = sink();
    fork.onAbort(late);
    expect(late.reasons).toEqual(['gone']);
    expect(fork.signal.reason).toBe('gone');
    expect(fork).toMatchObject({ aborted: true, reason: 'gone' });
  });
});

describe('Call.settles', () => {
  it('gives back the promise itself if there is no caller to listen to', () => {
    const result = Promise.resolve('result');
    expect(Call.start(undefined).settles(result)).toBe(result);
  });

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
