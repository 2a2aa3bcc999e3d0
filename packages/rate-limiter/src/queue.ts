import type { Bucket } from './bucket.ts';

/**
 * Why a call did not wait: `no-token`, for no call may; `queue-full`, for as many wait as may; `wait-too-long`, for longer
 * than `maxWaitMs`; `deadline`, for until the call's own.
 */
export type RefusalReason = 'no-token' | 'queue-full' | 'wait-too-long' | 'deadline';

/** A place in a queue; extend it with who stands there. The fields below `deadline` are the queue's. */
export abstract class Place {
  /** How many tokens it waits for. */
  readonly cost: number;
  /** When its turn has to have come, in ms on the clock. */
  readonly deadline: number;
  queued = false;
  earlier: Place | undefined = undefined;
  later: Place | undefined = undefined;

  constructor(cost: number, deadline: number) {
    this.cost = cost;
    this.deadline = deadline;
  }

  /** Its turn has come and its tokens are taken. Must not throw, nor call a handler. */
  abstract serve(): void;

  /** Its turn will come too late, after `waitMs`. Must not throw, nor call a handler. */
  abstract refuse(waitMs: number): void;
}

/**
 * Those who wait for tokens of one bucket, first in, first out: nobody who needs fewer goes before one who needs more.
 *
 * The tokens of those who wait are taken in their turn. Until then they are owed, so that it is known on arrival when the
 * turn will be; and nothing but a blocked event loop puts it off.
 */
export class Queue {
  readonly #bucket: Bucket;
  readonly #maxSize: number;
  readonly #maxWaitMs: number;
  #first: Place | undefined = undefined;
  #last: Place | undefined = undefined;
  #size = 0;
  #owed = 0;

  constructor(bucket: Bucket, maxSize: number, maxWaitMs: number) {
    this.#bucket = bucket;
    this.#maxSize = maxSize;
    this.#maxWaitMs = maxWaitMs;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Whose turn is next. */
  get first(): Place | undefined {
    return this.#first;
  }

  /** Takes so many tokens at once, or none if there are fewer or anybody waits. */
  take(tokens: number, now: number): boolean {
    return this.#first === undefined && this.#bucket.take(tokens, now);
  }

  /** How many tokens there are that nobody waits for. */
  tokens(now: number): number {
    return Math.max(0, this.#bucket.tokens(now) - this.#owed);
  }

  /** How long a newcomer would wait for so many tokens, in ms: 0 if not at all. */
  waitMs(tokens: number, now: number): number {
    return this.#bucket.waitMs(this.#owed + tokens, now);
  }

  /** How long until somebody's turn, in ms; `Infinity` if nobody waits. */
  dueInMs(now: number): number {
    return this.#first === undefined ? Infinity : this.#bucket.waitMs(this.#first.cost, now);
  }

  /** Why one who comes now for so many tokens may not wait for them; `undefined` if it may. {@link advance} first. */
  objection(tokens: number, deadline: number, now: number): RefusalReason | undefined {
    if (this.#size >= this.#maxSize) return this.#maxSize === 0 ? 'no-token' : 'queue-full';
    const waitMs = this.waitMs(tokens, now);
    if (waitMs > this.#maxWaitMs) return 'wait-too-long';
    return now + waitMs < deadline ? undefined : 'deadline';
  }

  /** Puts a place at the end. */
  join(place: Place): void {
    place.earlier = this.#last;
    if (this.#last === undefined) this.#first = place;
    else this.#last.later = place;
    this.#last = place;
    place.queued = true;
    this.#size++;
    this.#owed += place.cost;
  }

  /** Takes a place out, if it is still in. Who stands behind it moves up with the next {@link advance}. */
  leave(place: Place): void {
    if (!place.queued) return;
    const { earlier, later } = place;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    place.earlier = place.later = undefined;
    place.queued = false;
    this.#owed = --this.#size === 0 ? 0 : this.#owed - place.cost; // costs may be fractions, whose sums are not exact
  }

  /** Puts back the tokens of one who was served and did not use them. */
  putBack(tokens: number): void {
    this.#bucket.putBack(tokens);
  }

  /** Serves everybody whose turn has come, in order. */
  advance(now: number): void {
    if (this.#first === undefined) return;
    const lost = this.#bucket.spill(now);
    for (
      let first = this.#first;
      first !== undefined && this.#bucket.takeInTurn(first.cost, now);
      first = this.#first
    ) {
      this.leave(first);
      first.serve();
    }
    if (lost) this.#refuseLate(now);
  }

  /**
   * The event loop was blocked, so turns were put off: refuses who cannot be served in time any more. A deadline that passed
   * meanwhile is left to whoever set it, who may put it off too.
   */
  #refuseLate(now: number): void {
    let owed = 0;
    for (let place = this.#first, next = place?.later; place !== undefined; place = next, next = place?.later) {
      const waitMs = this.#bucket.waitMs(owed + place.cost, now);
      if (now < place.deadline && now + waitMs >= place.deadline) {
        this.leave(place);
        place.refuse(waitMs);
      } else owed += place.cost;
    }
  }
}
