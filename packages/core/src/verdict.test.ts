import { describe, expect, it, onTestFinished } from 'vitest';

import { Call } from './call.ts';
import { listenerChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { RejectedError, ResilienceError } from './errors.ts';
import { plain } from './protocol.ts';
import { defineProtocol } from './protocols.ts';
import { FAILURE, IGNORABLE, LASTING_FAILURE, REFUSED, SUCCESS, verdictOf, verdictOfError } from './verdict.ts';

class Refused extends RejectedError {
  readonly code = 'ERR_REFUSED';
}

class TimedOut extends ResilienceError {
  readonly code: string;
  readonly local: boolean;
  constructor({ code = 'ERR_TIMEOUT', local = false } = {}) {
    super('timed out', { policy: 'test' });
    this.code = code;
    this.local = local;
  }
}

const refused = new Refused('refused', { policy: 'test' });
const down = new Error('down');

const callTo = (protocol = plain) => Call.start(undefined, { protocol });

/** A call that was aborted from outside. */
function abortedWith(reason: unknown): Call {
  const call = callTo();
  call.abort(reason);
  return call;
}

async function reasonOf(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted)
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  return signal.reason;
}

describe('verdictOfError', () => {
  it.each([
    ['a refusal of ours', refused, REFUSED],
    ['a timeout of ours', new TimedOut(), FAILURE],
    ['a deadline of ours', new TimedOut({ code: 'ERR_DEADLINE_EXCEEDED' }), FAILURE],
    ['a timeout of somebody else', Object.assign(new Error('slow'), { code: 'ERR_TIMEOUT' }), LASTING_FAILURE],
    ['another end of ours', new TimedOut({ code: 'ERR_OTHER' }), LASTING_FAILURE],
    ['anything else', down, LASTING_FAILURE],
    ['no error at all', undefined, LASTING_FAILURE],
  ])('judges %s', (_name, error, verdict) => {
    const protocol = defineProtocol({ ofError: () => LASTING_FAILURE });

    expect(verdictOfError(callTo(protocol), error)).toEqual(verdict);
  });

  it('does not blame the other side for a timeout while our own loop was blocked, but tries again', () => {
    expect(verdictOfError(callTo(), new TimedOut({ local: true }))).toEqual({ ...IGNORABLE, retryable: true });
  });

  it.each([
    ['a limit of ours further out', new TimedOut(), LASTING_FAILURE],
    ['a deadline of ours further out', new TimedOut({ code: 'ERR_DEADLINE_EXCEEDED' }), LASTING_FAILURE],
    ['a limit that passed while our own loop was blocked', new TimedOut({ local: true }), IGNORABLE],
    ['a reason of the caller’s', new Error('gone'), IGNORABLE],
    ['undefined', undefined, IGNORABLE],
    ['null', null, IGNORABLE],
    ['0', 0, IGNORABLE],
    ['a refusal', refused, IGNORABLE],
  ])('judges what fails after an abort by the abort: %s', (_name, reason, verdict) => {
    expect(verdictOfError(abortedWith(reason), down)).toEqual(verdict);
    expect(verdictOfError(abortedWith(reason), new TimedOut())).toEqual(verdict);
    expect(verdictOf(abortedWith(reason), 'a late answer')).toEqual(verdict);
  });

  it('takes AbortSignal.timeout for the timeout that it is', async () => {
    const reason = await reasonOf(AbortSignal.timeout(1));

    expect(verdictOfError(abortedWith(reason), reason)).toEqual(LASTING_FAILURE);
  });

  it('takes a refusal for one although the call was aborted', () => {
    expect(verdictOfError(abortedWith('gone'), refused)).toEqual(REFUSED);
  });

  it('asks a judge after what is ours and before the protocol', () => {
    const judge = { ofError: (error: unknown) => (error === down ? IGNORABLE : undefined) };
    const call = callTo(defineProtocol({ ofError: () => LASTING_FAILURE }));

    expect(verdictOfError(call, down, judge)).toBe(IGNORABLE);
    expect(verdictOfError(call, new Error('other'), judge)).toBe(LASTING_FAILURE);
    expect(verdictOfError(call, refused, { ofError: () => FAILURE })).toBe(REFUSED);
    expect(verdictOfError(call, new TimedOut(), { ofError: () => IGNORABLE })).toBe(FAILURE);
    expect(verdictOfError(call, down, {})).toBe(LASTING_FAILURE);
  });

  it('goes by the protocol where a judge gives no verdict, and publishes that', () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe(({ to, error }) => heard.push(`${to}: ${String(error)}`)));
    const judge = { ofError: () => 'failure' as never, ofResult: () => true as never };

    expect(verdictOfError(callTo(), down, judge)).toBe(FAILURE);
    expect(verdictOf(callTo(), 'found', judge)).toBe(SUCCESS);
    expect(verdictOf(callTo(), 'found', { ofResult: () => null as never })).toBe(SUCCESS);
    expect(heard).toEqual([
      'judge: TypeError: a judge must give a verdict, got "failure"',
      'judge: TypeError: a judge must give a verdict, got true',
    ]);
  });

  it('takes no promise for a verdict, and lets it reject without harm', async () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe(({ to, error }) => heard.push(`${to}: ${String(error)}`)));
    const judge = { ofError: () => Promise.reject(new Error('no table')) as never };

    expect(verdictOfError(callTo(), down, judge)).toBe(FAILURE);
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    expect(heard).toEqual(['judge: TypeError: a judge must give a verdict, got a promise', 'judge: Error: no table']);
  });

  it('goes by the protocol where a judge throws, and publishes what it threw', () => {
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new TypeError('no such member');
    const judge = {
      ofError: () => {
        throw bug;
      },
    };

    expect(verdictOfError(callTo(), down, judge)).toBe(FAILURE);
    expect(heard).toEqual([{ to: 'judge', error: bug }]);
  });
});

describe('verdictOf', () => {
  it('asks a judge before the protocol', () => {
    const judge = { ofResult: (result: unknown) => (result === undefined ? FAILURE : undefined) };

    expect(verdictOf(callTo(), undefined, judge)).toBe(FAILURE);
    expect(verdictOf(callTo(), 'found', judge)).toBe(SUCCESS);
    expect(verdictOf(callTo(), undefined, {})).toBe(SUCCESS);
  });

  it('hands the call to who judges', () => {
    const call = callTo(defineProtocol({ ofResult: (_result, { name }) => (name === '' ? FAILURE : SUCCESS) }));

    expect(verdictOf(call, 'result')).toBe(FAILURE);
    expect(verdictOf(call, 'result', { ofResult: (_result, given) => (given === call ? IGNORABLE : SUCCESS) })).toBe(
      IGNORABLE,
    );
  });
});

describe('a verdict', () => {
  it.each([
    ['SUCCESS', SUCCESS, 'success', []],
    ['FAILURE', FAILURE, 'failure', ['retryable']],
    ['LASTING_FAILURE', LASTING_FAILURE, 'failure', []],
    ['IGNORABLE', IGNORABLE, 'ignorable', []],
    ['REFUSED', REFUSED, 'ignorable', ['unsent']],
  ])('%s says what its name does, and cannot be changed', (_name, verdict, health, traits) => {
    const said = { retryable: false, pushback: false, unsent: false };
    expect(verdict).toEqual({ health, ...said, ...Object.fromEntries(traits.map((trait) => [trait, true])) });
    expect(Object.isFrozen(verdict)).toBe(true);
  });
});
