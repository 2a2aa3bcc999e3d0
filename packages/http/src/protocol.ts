import { SUCCESS, systemClock, type Call, type Clock, type Protocol, type Verdict } from '@inmesh/core';
import { defineProtocol } from '@inmesh/core/protocols';
import { callable, clockOf, rejectUnknown } from '@inmesh/core/options';

import { verdictOfFailure } from './failure.ts';
import { isIdempotent, type RequestLike } from './request.ts';
import { isResponse } from './response.ts';
import { parseRetryAfter } from './retry-after.ts';
import { verdictOfResponse } from './status.ts';

/** What an adapter adds to the protocol, or knows better: any member of a `Protocol` too. */
export interface HttpProtocolOptions extends Partial<Protocol> {
  /** Finds the request of a call in its input (default: unknown, and then nothing that was sent may be sent twice). */
  readonly requestOf?: (call: Call) => RequestLike | undefined;
  /** Tells what a `Retry-After` with a date means (default: `systemClock`). */
  readonly clock?: Clock | undefined;
}

/**
 * The protocol of HTTP, for adapters: judges responses by their status and errors by what caused them, knows which
 * methods may be done twice, and reads `Retry-After`. It looks only at the shape of a response, so any client will do.
 *
 * Throws a `TypeError` naming an option that is unknown or of the wrong kind.
 *
 * @example
 * const protocol = httpProtocol({ requestOf: (call) => call.input as RequestLike });
 */
export function httpProtocol({
  requestOf = () => undefined,
  clock = systemClock,
  ...adapter
}: HttpProtocolOptions = {}): Protocol {
  rejectUnknown({}, arguments[0]); // what is unknown among the rest defineProtocol refuses
  callable({ requestOf });
  clockOf({ clock });
  return defineProtocol({
    ofResult: verdictOfResult,
    ofError: verdictOfFailure,
    idempotent: (call) => {
      const request = requestOf(call);
      return request !== undefined && isIdempotent(request);
    },
    retryAfterMs: (outcome) => {
      const value = isResponse(outcome) ? outcome.headers.get('retry-after') : null;
      return value === null ? undefined : parseRetryAfter(value, clock.wall());
    },
    ...adapter,
  });
}

/** A status below 400 is a success, whoever has it: of most results nothing else is looked at. */
function verdictOfResult(result: unknown): Verdict {
  const status = (result as { readonly status?: unknown } | null | undefined)?.status; // asked, not believed
  if (typeof status !== 'number' || status < 400) return SUCCESS;
  return isResponse(result) ? verdictOfResponse(result) : SUCCESS;
}
