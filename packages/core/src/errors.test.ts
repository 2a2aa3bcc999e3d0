import { describe, expect, it, onTestFinished } from 'vitest';

import { findError, isError, refuse, RejectedError, ResilienceError } from './errors.ts';

class TimedOut extends ResilienceError {
  static readonly code = 'ERR_TIMEOUT';
  override readonly name = 'TimedOut';
  override readonly code = 'ERR_TIMEOUT';
}

class CircuitOpen extends RejectedError {
  static readonly code = 'ERR_CIRCUIT_OPEN';
  override readonly name = 'CircuitOpen';
  override readonly code = 'ERR_CIRCUIT_OPEN';
}

const timedOut = new TimedOut('timed out', { policy: 'users' });
const open = new CircuitOpen('circuit is open', { policy: 'users' });

/** The same module once more, as from a second installed copy of the package. */
async function secondCopy() {
  // @ts-expect-error The query makes it another module to whoever loads it, and one that TypeScript does not know.
  const copy = (await import('./errors.ts?second-copy')) as typeof import('./errors.ts');
  class Open extends copy.RejectedError {
    static readonly code = 'ERR_CIRCUIT_OPEN';
    override readonly code = 'ERR_CIRCUIT_OPEN';
  }
  return { ...copy, Open };
}

describe('refuse', () => {
  it('rejects with the error, once whoever got the promise had time to listen', async () => {
    const order: unknown[] = [];
    const refused = refuse(open);
    const heard = refused.catch((error: unknown) => order.push(error));
    order.push('listening');
    await heard;

    expect(order).toEqual(['listening', open]);
  });
});

describe('ResilienceError', () => {
  it('says which policy ended the call, and why', () => {
    const cause = new Error('reset');
    const error = new TimedOut('timed out after 5 ms', { policy: 'users', cause });

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: 'timed out after 5 ms', policy: 'users', cause, code: 'ERR_TIMEOUT' });
    expect('cause' in timedOut).toBe(false);
  });

  it('carries no stack unless asked', () => {
    const limit = Error.stackTraceLimit;
    function theCaller() {
      return new TimedOut('timed out', { policy: 'users', captureStack: true });
    }
    function nextCaller() {
      return new Error('next');
    }

    expect(timedOut.stack ?? '').not.toContain('\n    at ');
    expect(theCaller().stack).toContain('theCaller');
    expect(Error.stackTraceLimit).toBe(limit);
    expect(nextCaller().stack).toContain('nextCaller');
  });

  it('leaves the limit of stack traces as it was where there is no room for a call', () => {
    const limit = Error.stackTraceLimit;
    let deepest = 0;
    function deeper(depth: number): number {
      deepest = depth;
      return new TimedOut('timed out', { policy: 'users' }).message.length + deeper(depth + 1);
    }

    for (let times = 0; times < 50; times++) {
      expect(() => deeper(0)).toThrow(RangeError);
      expect(Error.stackTraceLimit).toBe(limit);
    }
    expect(deepest).toBeGreaterThan(100);
  });

  it('leaves a platform alone that has no limit of stack traces', () => {
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    onTestFinished(() => {
      if (limit !== undefined) Object.defineProperty(Error, 'stackTraceLimit', limit);
    });
    Reflect.deleteProperty(Error, 'stackTraceLimit');

    expect(new TimedOut('timed out', { policy: 'users' }).message).toBe('timed out');
    expect('stackTraceLimit' in Error).toBe(false);
  });
});

describe('isError', () => {
  it('knows a class of ours by its code', () => {
    expect(isError(timedOut, TimedOut)).toBe(true);
    expect(isError(timedOut, CircuitOpen)).toBe(false);
    expect(isError(open, CircuitOpen)).toBe(true);
  });

  it('knows the base classes', () => {
    expect(isError(timedOut, ResilienceError)).toBe(true);
    expect(isError(timedOut, RejectedError)).toBe(false);
    expect(isError(open, ResilienceError)).toBe(true);
    expect(isError(open, RejectedError)).toBe(true);
  });

  it.each([
    ['an error', new Error('down')],
    ['one with the same code', Object.assign(new Error('down'), { code: 'ERR_TIMEOUT' })],
    ['one with another brand', Object.assign(new Error('down'), { code: 'ERR_TIMEOUT', '~inmesh': true })],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ERR_TIMEOUT'],
  ])('does not take %s for one of ours', (_name, error) => {
    expect(isError(error, TimedOut)).toBe(false);
    expect(isError(error, ResilienceError)).toBe(false);
  });

  it('takes no other class for one of ours', () => {
    expect(isError(open, Error as never)).toBe(false);
    expect(isError(timedOut, Error as never)).toBe(false);
  });

  it('finds an error of ours among the causes', () => {
    const terminated = new TypeError('terminated', { cause: new Error('aborted', { cause: timedOut }) });

    expect(isError(terminated, TimedOut)).toBe(true);
    expect(isError(terminated, CircuitOpen)).toBe(false);
    expect(findError(terminated, TimedOut)).toBe(timedOut);
  });

  it('comes to an end where causes are circular', () => {
    const one = new Error('one');
    const other = new Error('other', { cause: one });
    one.cause = other;

    expect(isError(one, TimedOut)).toBe(false);
  });

  it('works across two installed copies, where instanceof does not', async () => {
    const copy = await secondCopy();
    const foreign = new copy.Open('circuit is open', { policy: 'users' });

    expect(foreign).not.toBeInstanceOf(RejectedError);
    expect(isError(foreign, CircuitOpen)).toBe(true);
    expect(isError(foreign, RejectedError)).toBe(true);
    expect(isError(foreign, ResilienceError)).toBe(true);
    expect(isError(foreign, TimedOut)).toBe(false);
    expect(copy.isError(open, copy.Open)).toBe(true);
    expect(copy.isError(open, copy.RejectedError)).toBe(true);
    expect(copy.isError(timedOut, copy.RejectedError)).toBe(false);
  });
});

describe('findError', () => {
  it('gives the error itself, with its facts', () => {
    expect(findError(timedOut, TimedOut)?.policy).toBe('users');
    expect(findError(timedOut, CircuitOpen)).toBeUndefined();
  });

  it.each([[undefined], [null], ['ERR_TIMEOUT']])('refuses %j as a class, whatever the error', (Class) => {
    expect(() => findError('any', Class as unknown as typeof TimedOut)).toThrow(
      /^Class must be a class of errors, got/,
    );
  });
});
