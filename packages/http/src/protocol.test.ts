import { Call, FAILURE, LASTING_FAILURE, SUCCESS } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { UNSENT } from './failure.ts';
import { httpProtocol } from './protocol.ts';
import type { RequestLike } from './request.ts';

const call = Call.start(undefined);
const asked = (method: string): Call => Call.start({ method, header: () => null });

describe('httpProtocol', () => {
  it('judges responses by their status, whatever they are made of', () => {
    const protocol = httpProtocol();
    expect(protocol.ofResult(new Response(null, { status: 503 }), call)).toBe(FAILURE);
    expect(protocol.ofResult({ status: 501, headers: new Map(), body: null }, call)).toBe(LASTING_FAILURE);
    expect(protocol.ofResult(new Response(null, { status: 404 }), call)).toBe(SUCCESS);
  });

  it.each(['from a fallback', undefined, null, 7, {}, { status: 'down' }, { status: 503 }, { status: 200 }])(
    'takes what is no response for a success: %j',
    (result) => {
      expect(httpProtocol().ofResult(result, call)).toBe(SUCCESS);
    },
  );

  it('judges errors by what caused them', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' });
    expect(httpProtocol().ofError(new TypeError('fetch failed', { cause: refused }), call)).toBe(UNSENT);
  });

  it('asks the request what may be done twice', () => {
    const protocol = httpProtocol({ requestOf: ({ input }) => input as RequestLike });
    expect(protocol.idempotent(asked('GET'))).toBe(true);
    expect(protocol.idempotent(asked('POST'))).toBe(false);
  });

  it('repeats nothing that it does not know', () => {
    expect(httpProtocol().idempotent(asked('GET'))).toBe(false);
  });

  it('reads Retry-After on its clock', () => {
    const clock = virtualClock({ epochMs: Date.UTC(2026, 10, 23, 12) });
    const protocol = httpProtocol({ clock });
    const asking = (value: string) => new Response(null, { status: 503, headers: { 'retry-after': value } });
    expect(protocol.retryAfterMs(asking('2'))).toBe(2_000);
    expect(protocol.retryAfterMs(asking('Mon, 23 Nov 2026 12:00:30 GMT'))).toBe(30_000);
    expect(protocol.retryAfterMs(asking('later'))).toBeUndefined();
    expect(protocol.retryAfterMs(new Response())).toBeUndefined();
    expect(protocol.retryAfterMs(new Error())).toBeUndefined();
  });

  it('lets the adapter know better', () => {
    const protocol = httpProtocol({ ofResult: () => LASTING_FAILURE, rewindable: () => false });
    expect(protocol.ofResult(new Response(), call)).toBe(LASTING_FAILURE);
    expect(protocol.rewindable(call)).toBe(false);
  });

  it('refuses options that are unknown or of the wrong kind', () => {
    // @ts-expect-error no options object
    expect(() => httpProtocol(5)).toThrow('options must be an object, got 5');
    // @ts-expect-error misspelt
    expect(() => httpProtocol({ ofResults: () => SUCCESS })).toThrow('unknown member of a protocol: ofResults');
    // @ts-expect-error no function
    expect(() => httpProtocol({ requestOf: 7 })).toThrow('requestOf must be a function, got 7');
    // @ts-expect-error no clock
    expect(() => httpProtocol({ clock: {} })).toThrow('clock must be a clock');
    // @ts-expect-error no function
    expect(() => httpProtocol({ hold: 'on' })).toThrow('hold of a protocol must be a function');
  });
});
