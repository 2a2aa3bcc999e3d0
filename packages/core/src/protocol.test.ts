import { describe, expect, it, onTestFinished } from 'vitest';

import { Call } from './call.ts';
import { listenerChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { plain, type Holder, type Protocol } from './protocol.ts';
import { defineProtocol } from './protocols.ts';
import { FAILURE, IGNORABLE, LASTING_FAILURE, SUCCESS } from './verdict.ts';

const call = Call.start(undefined);

class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

/** Remembers how it was told that the result is over. */
function holder() {
  const told: unknown[] = [];
  return { told, over: (error?: unknown) => void told.push(error) };
}

describe('plain', () => {
  it('takes what fulfils for a success that is over at once', () => {
    const waiting = holder();
    plain.hold(undefined, waiting);

    expect(plain.ofResult(undefined, call)).toBe(SUCCESS);
    expect(waiting.told).toEqual([undefined]);
  });

  it.each([
    ['an error', new Error('down'), FAILURE],
    ['a TypeError, as fetch fails with', new TypeError('fetch failed'), FAILURE],
    ['anything', 'down', FAILURE],
    ['nothing', undefined, FAILURE],
    ['null', null, FAILURE],
    ['a bug', new ReferenceError('x is not defined'), LASTING_FAILURE],
    ['another bug', new SyntaxError('unexpected end'), LASTING_FAILURE],
    ["somebody else's abort", new DOMException('aborted', 'AbortError'), IGNORABLE],
  ])('judges a rejection with %s', (_name, error, verdict) => {
    expect(plain.ofError(error, call)).toBe(verdict);
  });

  it('may be called again as it was, and asks for no wait', () => {
    expect(plain.idempotent(call)).toBe(true);
    expect(plain.rewindable(call)).toBe(true);
    expect(plain.retryAfterMs(new Error('down'))).toBeUndefined();
    expect(plain.discard('result', call)).toBeUndefined();
  });
});

describe('a protocol made by hand', () => {
  it.each([
    ['of nothing', { hold: (_result: unknown, waiting: Holder) => waiting.over() }],
    ['of plain', { ...plain }],
    ['of a defined one', { ...defineProtocol({}) }],
    ['to inherit from plain', Object.create(plain, { ofError: { value: () => FAILURE } })],
    ['to inherit from a defined one', Object.create(defineProtocol({}))],
  ])('is refused if it was made %s, since nobody guards its members', (_name, made) => {
    const protocol = made as Protocol;

    expect(() => Call.start(undefined, { protocol })).toThrow(
      new TypeError('protocol must come from defineProtocol, got an object'),
    );
    expect(Call.start(undefined, { protocol: defineProtocol(made) }).protocol.ofResult('answer', call)).toBe(SUCCESS);
  });
});

describe('defineProtocol', () => {
  it('fills in what is not known from plain', () => {
    const protocol = defineProtocol({
      ofError: (error) => (error instanceof DatabaseError ? FAILURE : LASTING_FAILURE),
    });

    expect(protocol.ofError(new DatabaseError('deadlock'), call)).toBe(FAILURE);
    expect(protocol.ofError(new Error('other'), call)).toBe(LASTING_FAILURE);
    expect(Object.keys(protocol)).toEqual(Object.keys(plain));
    expect(protocol.ofResult(undefined, call)).toBe(SUCCESS);
  });

  it('takes an instance of a class, whose members know it', () => {
    class Busy {
      readonly #waitMs = 700;
      retryAfterMs(): number {
        return this.#waitMs;
      }
    }

    expect(defineProtocol(new Busy()).retryAfterMs('outcome')).toBe(700);
  });

  it.each([
    [{ onError: () => FAILURE }, 'unknown member of a protocol: onError'],
    [{ ofError: FAILURE }, 'ofError of a protocol must be a function, got an object'],
    [{ hold: undefined }, 'hold of a protocol must be a function, got undefined'],
    [null, 'a protocol must be an object, got null'],
    [7, 'a protocol must be an object, got 7'],
    [[], 'a protocol must be an object, got an array'],
    [() => FAILURE, 'a protocol must be an object, got a function'],
  ])('refuses %j', (known, message) => {
    expect(() => defineProtocol(known as object)).toThrow(new TypeError(message));
  });

  it('passes on what its members answer, and finds nothing wrong with it', () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const asked = [undefined, 0, 700];
    const known = { idempotent: () => true, rewindable: () => true, retryAfterMs: () => asked.pop() };
    const protocol = defineProtocol(known);

    expect([protocol.idempotent(call), protocol.rewindable(call)]).toEqual([true, true]);
    expect([1, 2, 3].map(() => protocol.retryAfterMs('outcome'))).toEqual([700, 0, undefined]);
    expect(heard).toEqual([]);
  });

  it('answers for a member that throws, and publishes what it threw', () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new Error('broken protocol');
    const broken = () => {
      throw bug;
    };
    const known = {
      ofResult: broken,
      ofError: broken,
      retryAfterMs: broken,
      idempotent: broken,
      rewindable: broken,
      hold: broken,
      discard: broken,
    };
    const protocol = defineProtocol(known);
    const waiting = holder();
    protocol.hold('result', waiting);
    protocol.discard('result', call);

    expect(protocol.ofResult('result', call)).toBe(IGNORABLE);
    expect(protocol.ofError('error', call)).toBe(IGNORABLE);
    expect(protocol.retryAfterMs('outcome')).toBeUndefined();
    expect(protocol.idempotent(call)).toBe(false);
    expect(protocol.rewindable(call)).toBe(false);
    expect(waiting.told).toEqual([undefined]);
    expect(heard).toEqual(Object.keys(known).map(() => ({ to: 'protocol', error: bug })));
  });

  it.each([
    ['twice', (waiting: Holder) => waiting.over('died')],
    [
      'and then throws',
      () => {
        throw new Error('broken protocol');
      },
    ],
  ])('lets a holder hear once that a result is over, of a member that tells it %s', (_how, then) => {
    const waiting = holder();
    const protocol = defineProtocol({
      hold: (_result, told) => {
        told.over();
        then(told);
      },
    });
    protocol.hold('result', waiting);

    expect(waiting.told).toEqual([undefined]);
  });

  it('takes no answer for one that is none, and publishes that', () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe(({ error }) => heard.push(String(error))));
    const protocol = defineProtocol({
      ofResult: () => undefined as never,
      ofError: () => 'failure' as never,
      retryAfterMs: () => '5' as never,
      idempotent: (async () => false) as never,
    });

    expect(protocol.ofResult('result', call)).toBe(IGNORABLE);
    expect(protocol.ofError('error', call)).toBe(IGNORABLE);
    expect(protocol.retryAfterMs('outcome')).toBeUndefined();
    expect(protocol.idempotent(call)).toBe(false);
    expect(defineProtocol({ retryAfterMs: () => Number('soon') }).retryAfterMs('outcome')).toBeUndefined();
    expect(heard).toEqual([
      'TypeError: ofResult of a protocol answered undefined',
      'TypeError: ofError of a protocol answered "failure"',
      'TypeError: retryAfterMs of a protocol answered "5"',
      'TypeError: idempotent of a protocol answered a promise',
      'TypeError: retryAfterMs of a protocol answered NaN',
    ]);
  });

  it('lets a discard reject without harm', async () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new Error('cannot drain');
    const protocol = defineProtocol({ discard: () => Promise.reject(bug) as unknown as void });
    protocol.discard('result', call);
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));

    expect(heard).toEqual([{ to: 'protocol', error: bug }]);
  });
});
