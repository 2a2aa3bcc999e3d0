import { FAILURE, LASTING_FAILURE, SUCCESS, type Verdict } from '@inmesh/core';

import type { ResponseLike } from './response.ts';

/** The other side is well but asks for less: 429. */
export const PUSHBACK: Verdict = Object.freeze({
  health: 'ignorable',
  retryable: true,
  pushback: true,
  unsent: false,
});

/** It says nothing about the other side, and another attempt may help: 425. */
export const TOO_EARLY: Verdict = Object.freeze({
  health: 'ignorable',
  retryable: true,
  pushback: false,
  unsent: false,
});

/** A proxy on the way says that the service is overloaded, so nothing is to be sent again. */
export const OVERLOADED: Verdict = Object.freeze({
  health: 'failure',
  retryable: false,
  pushback: true,
  unsent: false,
});

/**
 * What a status says. Answers to what the caller got wrong (4xx) are successes of the other side.
 *
 * A 500 may be tried again, as Envoy's `5xx`, .NET's standard handler, undici, got and ky have it; whether the
 * operation may be done twice is asked apart from it.
 */
export function verdictOfStatus(status: number): Verdict {
  if (status < 500) {
    if (status < 400) return SUCCESS;
    if (status === 429) return PUSHBACK;
    if (status === 408) return FAILURE;
    return status === 425 ? TOO_EARLY : SUCCESS;
  }
  return LASTING.has(status) ? LASTING_FAILURE : FAILURE;
}

/** What a response says: its status, and Envoy's word that the service is overloaded. */
export function verdictOfResponse(response: ResponseLike): Verdict {
  const verdict = verdictOfStatus(response.status);
  return verdict === FAILURE && response.headers.get('x-envoy-overloaded') !== null ? OVERLOADED : verdict;
}

/** Not implemented, version not supported, variant also negotiates, loop detected, not extended, log in to the network. */
const LASTING: ReadonlySet<number> = new Set([501, 505, 506, 508, 510, 511]);
