import { Call, FAILURE, ResilienceError, type Handler } from '@inmesh/core';
import { HeldResult, heldProtocol, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CallDeadline } from './call-deadline.ts';
import { Deadlines } from './deadlines.ts';

class Late extends ResilienceError {
  readonly code = 'ERR_LATE';
}

/** A call that has 100 ms, on a handler that the test answers for. */
function limited(untilHead: boolean, captureStacks = false) {
  const clock = virtualClock();
  const call = Call.start(undefined, { protocol: heldProtocol, captureStacks }).fork();
  const server = scriptedHandler<HeldResult>();
  const limit = {
    deadlines: new Deadlines(clock, 100),
    untilHead,
    error: () => new Late('too late', { policy: 'test' }),
  };
  const send = (handler: Handler<HeldResult> = server.handler): Promise<HeldResult> =>
    new CallDeadline(call, limit).send(handler, 100, 0);
  return { clock, call, server, send };
}

describe('CallDeadline', () => {
  it('rejects and aborts when its time is up, and throws away what is answered later', async () => {
    const { clock, call, server, send } = limited(false);
    const rejected = expect(send()).rejects.toThrow('too late');
    const sending = await server.next();
    await clock.advance(100);
    await rejected;
    expect(call.reason).toBeInstanceOf(Late);

    const answer = new HeldResult();
    sending.respond(answer);
    await clock.advance(0);
    expect(answer.discarded).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('aborts a body that is not over in time', async () => {
    const { clock, call, server, send } = limited(false);
    const result = send();
    (await server.next()).respond(new HeldResult());
    await result;
    expect(clock.refs).toBe(0);
    await clock.advance(100);
    expect(call.reason).toBeInstanceOf(Late);
  });

  it('leaves a body alone if it is for the head, but lets go of the call with it', async () => {
    const { clock, call, server, send } = limited(true);
    const answer = new HeldResult();
    const result = send();
    (await server.next()).respond(answer);
    await result;
    await clock.advance(200);
    expect(call.aborted).toBe(false);
    expect(answer.holders).toBe(1);
    answer.end();
    call.abort('too late for that');
    expect(call.aborted).toBe(false);
  });

  it.each<{ how: string; handler: Handler<HeldResult> }>([
    { how: 'rejects', handler: () => Promise.reject(new Error('down')) },
    {
      how: 'throws',
      handler: () => {
        throw new Error('down');
      },
    },
    { how: 'answers', handler: () => Promise.resolve(endedResult()) },
  ])('ends with a call that $how', async ({ handler }) => {
    const { clock, call, send } = limited(false);
    await send(handler).catch(() => {});
    await clock.advance(100);
    call.abort('over');
    expect(call.aborted).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it.each([true, false])('shows where the call began in the stack of its error, where asked: %s', async (asked) => {
    const { clock, send } = limited(false, asked);
    async function theCaller() {
      await send();
    }
    const error = theCaller().catch((thrown: Error) => thrown);
    await clock.advance(100);
    const { stack = '' } = (await error) as Error;
    expect(stack.includes('theCaller')).toBe(asked);
    const [first, second = '    at nowhere'] = stack.split('\n');
    expect(first).toBe('Error: too late');
    expect(second).toMatch(/^ {4}at /);
  });

  it('shows a stack as it is where the platform writes it in another way', async () => {
    const V8 = Error as { prepareStackTrace?: unknown };
    const before = V8.prepareStackTrace;
    onTestFinished(() => {
      V8.prepareStackTrace = before;
    });
    V8.prepareStackTrace = () => 'theCaller@file:1';
    const { clock, send } = limited(false, true);
    const error = send().catch((thrown: Error) => thrown.stack);
    await clock.advance(100);
    expect(await error).toBe('Error: too late\ntheCaller@file:1');
  });
});

function endedResult(): HeldResult {
  const result = new HeldResult(FAILURE);
  result.end();
  return result;
}
