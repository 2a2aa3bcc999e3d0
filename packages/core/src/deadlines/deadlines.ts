import type { Clock, Timer } from '@inmesh/core';

/**
 * One call's limit in a queue of deadlines; extend it with what has to be ended. The fields are the queue's.
 */
export abstract class Deadline {
  /** When its time is up, on the clock, in ms. */
  at = 0;
  /** In the queue and a call waits, so that the timer keeps the process alive; in it for a body alone; or not in it. */
  stage: 'waiting' | 'settled' | 'out' = 'out';
  /** It was put off once, which is all it may be. */
  excused = false;
  /** The one before it. */
  earlier: Deadline | undefined = undefined;
  /** The one after it. */
  later: Deadline | undefined = undefined;

  /** The time is up. `local`: our own event loop was blocked then, and again when the time it was given for that was up. Must not throw, nor call a handler. */
  abstract expire(local: boolean): void;
}

const LATE_MS = 20;

/**
 * The deadlines of many calls on one platform timer, ordered by due time: first in, first out while the limit is constant,
 * and then adding and removing cost O(1).
 *
 * Our own lateness is nobody's timeout: every deadline first yields one turn of input and output, so that what had
 * arrived while the loop was blocked wins, and one acted on more than 20 ms late is put off once by as much as it was
 * late, at most by its limit.
 *
 * The timer keeps the process alive while a call waits for it, and no longer.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #first: Deadline | undefined = undefined;
  #last: Deadline | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #armedFor = Infinity;
  #waiting = 0;

  /** `limitMs` is the longest that a late deadline is put off. */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Queues a deadline that is due at `at` on the clock, in ms. */
  add(deadline: Deadline, at: number, now: number): void {
    deadline.at = at;
    deadline.stage = 'waiting';
    deadline.excused = false;
    this.#insert(deadline, this.#last);
    if (++this.#waiting === 1) this.#timer?.ref?.();
    if (at < this.#armedFor) this.#arm(at, now);
  }

  /** The call settled and only its body is awaited: the deadline stays, but keeps no process alive. */
  settle(deadline: Deadline): void {
    if (deadline.stage !== 'waiting') return;
    deadline.stage = 'settled';
    if (--this.#waiting === 0) this.#timer?.unref?.();
  }

  /** Takes a deadline out, if it is still in. The timer stays for the next call. */
  remove(deadline: Deadline): void {
    if (deadline.stage === 'out') return;
    this.settle(deadline);
    deadline.stage = 'out';
    this.#unlink(deadline);
  }

  #insert(deadline: Deadline, from: Deadline | undefined): void {
    let earlier = from;
    while (earlier !== undefined && earlier.at > deadline.at) earlier = earlier.earlier;
    const later = earlier === undefined ? this.#first : earlier.later;
    deadline.earlier = earlier;
    deadline.later = later;
    if (earlier === undefined) this.#first = deadline;
    else earlier.later = deadline;
    if (later === undefined) this.#last = deadline;
    else later.earlier = deadline;
  }

  #unlink(deadline: Deadline): void {
    const { earlier, later } = deadline;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    deadline.earlier = deadline.later = undefined;
  }

  #arm(at: number, now: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#armedFor = at;
    this.#timer = this.#clock.setTimeout(this.#ring, Math.max(0, at - now));
    if (this.#waiting === 0) this.#timer.unref?.();
  }

  readonly #ring = (): void => {
    const rangAt = this.#clock.now();
    const armedFor = this.#armedFor;
    this.#timer = undefined;
    this.#armedFor = -Infinity; // nothing is armed until what is due now was dealt with
    this.#clock.afterPoll(() => {
      const now = this.#clock.now();
      try {
        this.#expireDue(rangAt, now, now - armedFor);
      } finally {
        this.#armedFor = Infinity;
        if (this.#first !== undefined) this.#arm(this.#first.at, now);
      }
    });
  };

  /** Deals with what was due when the timer rang; what fell due since has not had its turn of input and output. */
  #expireDue(rangAt: number, now: number, lateMs: number): void {
    let excused: Deadline | undefined; // the one put off last: the next belongs right behind it
    for (let due = this.#first; due !== undefined && due.at <= rangAt; due = this.#first) {
      this.#unlink(due);
      if (lateMs > LATE_MS && !due.excused) {
        due.excused = true;
        due.at = now + Math.min(lateMs, this.#limitMs);
        this.#insert(
          due,
          excused !== undefined && excused.stage !== 'out' && excused.at === due.at ? excused : this.#last,
        );
        excused = due;
      } else {
        this.settle(due);
        due.stage = 'out';
        due.expire(due.excused && lateMs > LATE_MS);
      }
    }
  }
}
