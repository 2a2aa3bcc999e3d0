import { describe, expect, it } from 'vitest';

import { Call } from './call.ts';
import { Key } from './key.ts';
import { plain } from './protocol.ts';
import { defineProtocol } from './protocols.ts';

const tenant = new Key<string | undefined>('test:tenant', undefined);
const colour = new Key<string>('test:colour', 'grey');

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
    [{ protocol: null }, 'protocol must come from defineProtocol, got null'],
    [{ captureStacks: 1 }, 'captureStacks must be a boolean, got 1'],
    [{ timeout: 500 }, 'unknown option of a call: timeout'],
    [null, 'options of a call must be an object, got null'],
    ['users', 'options of a call must be an object, got "users"'],
    [[], 'options of a call must be an object, got an array'],
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
    expect(inner.hasNoted(colour, 'other')).toBe(false); // which was noted under another key
  });

  it('knows which fork noted a fact', () => {
    const call = Call.start(undefined);
    const [one, other] = [call.fork(), call.fork()];
    one.with(tenant, 'acme').forkAttempt().note(colour, 'red');

    expect(call.hasNotedWithin(colour, 'red')).toBe(true);
    expect(one.hasNotedWithin(colour, 'red')).toBe(true);
    expect(other.hasNotedWithin(colour, 'red')).toBe(false);
    expect(one.hasNotedWithin(colour, 'blue')).toBe(false);
    expect(one.hasNotedWithin(tenant, 'red')).toBe(false);
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
    expect(call.fork(200).deadline).toBe(100);
  });

  it('tells all of its forks that another attempt may follow', () => {
    const call = Call.start(undefined);
    const fork = call.fork();
    fork.expectRepeats();

    expect(call.repeats).toBe(true);
    expect(call.forkAttempt().repeats).toBe(true);
  });
});
