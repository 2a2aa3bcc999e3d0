import type { Clock } from '@inmesh/core';

import { Bucket } from './bucket.ts';
import { Queue } from './queue.ts';
import { WaitingCalls } from './waiting.ts';

/** Who may wait, and what is known of them. */
export interface Manner {
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  readonly name: string;
  readonly clock: Clock;
}

/**
 * A bucket and those who wait for it. It is one object with its bucket, since there may be one for each of many keys; their
 * queue is made when a call first finds too few tokens.
 */
export class Gate extends Bucket {
  readonly clock: Clock;
  readonly #manner: Manner;
  #calls: WaitingCalls | undefined = undefined;

  constructor(ratePerSecond: number, burst: number, manner: Manner) {
    super(ratePerSecond, burst);
    this.clock = manner.clock;
    this.#manner = manner;
  }

  /** Takes tokens of a call that need not wait. */
  pass(tokens: number, now: number): boolean {
    return this.#calls === undefined ? this.take(tokens, now) : this.#calls.pass(tokens, now);
  }

  /** Takes tokens by hand, unless anybody waits. */
  takeNow(tokens: number, now: number): boolean {
    return this.#calls === undefined ? this.take(tokens, now) : this.#calls.queue.take(tokens, now);
  }

  /** Those who wait. */
  get calls(): WaitingCalls {
    const { maxQueue, maxWaitMs, name, clock } = this.#manner;
    return (this.#calls ??= new WaitingCalls(new Queue(this, maxQueue, maxWaitMs), name, clock));
  }

  /** How many wait. */
  get waiting(): number {
    return this.#calls?.queue.size ?? 0;
  }
}
