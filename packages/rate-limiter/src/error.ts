import { RejectedError, type ResilienceErrorFacts } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { RefusalReason } from './queue.ts';

/** The bucket holds too few tokens for the call, which could not wait for them either. Nothing was sent, nothing taken. */
export class RateLimitedError extends RejectedError {
  static readonly code = 'ERR_RATE_LIMITED';
  override readonly name = 'RateLimitedError';
  override readonly code = 'ERR_RATE_LIMITED';
  /** When the bucket will hold enough that nobody waits for, in ms from now, if nobody else takes from it. */
  readonly retryAfterMs: number;
  /** Why it did not wait for them. */
  readonly reason: RefusalReason;
  readonly #key: unknown; // in no log by itself, as it may be long, or somebody's address

  constructor(
    facts: ResilienceErrorFacts & {
      readonly retryAfterMs: number;
      readonly reason?: RefusalReason;
      readonly key?: unknown;
    },
  ) {
    const { policy, retryAfterMs, reason = 'no-token', key } = facts;
    const whose = key === undefined ? '' : ` for ${shortened(key)}`;
    super(`${policy} has no token left${whose}${WHY[reason]}; the next comes in ${Math.ceil(retryAfterMs)} ms`, facts);
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
    this.#key = key;
  }

  /** Whose bucket it is, if there is one for each key; else `undefined`. It shows in the message alone, shortened. */
  get key(): unknown {
    return this.#key;
  }
}

const WHY: Readonly<Record<RefusalReason, string>> = {
  'no-token': '',
  'queue-full': ' and as many calls wait as may',
  'wait-too-long': ' and a wait would be too long',
  deadline: ' before the deadline',
};

const LONGEST_SHOWN = 64; // keys may come from outside, and messages go into logs

function shortened(key: unknown): string {
  const isLong = typeof key === 'string' && key.length > LONGEST_SHOWN;
  return show(isLong ? `${key.slice(0, LONGEST_SHOWN)}…` : key);
}
