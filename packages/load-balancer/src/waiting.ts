import type { AbortSink, Call, Clock } from '@inmesh/core';
import { Deadline, Deadlines } from '@inmesh/core/deadlines';

import { NoEndpointError } from './error.ts';

const LONGEST_EXCUSE_MS = 1_000;

/** Where calls wait until their balancer knows any endpoints. */
export class WaitingCalls {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #waiters = new Set<Waiter>();
  /** The endpoints are known, so that no call need wait. */
  over = false;
  #refused: { readonly reason: string; readonly cause?: unknown } | undefined = undefined;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, LONGEST_EXCUSE_MS);
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** Waits for the endpoints, until the call is aborted, its deadline passes, or it is known that none will come. */
  wait(call: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const now = this.#clock.now();
      if (this.#refused !== undefined) reject(this.#refusal(call, this.#refused));
      else if (now >= call.deadline) reject(this.#refusal(call, LATE));
      else {
        const waiter = new Waiter(this, call, resolve, reject);
        this.#waiters.add(waiter);
        if (call.deadline < Infinity) this.#deadlines.add(waiter, call.deadline, now);
        call.onAbort(waiter); // at once if it is aborted
      }
    });
  }

  /** The endpoints are known. */
  admit(): void {
    this.over = true;
    for (const waiter of this.#waiters) {
      this.leave(waiter);
      waiter.resolve();
    }
  }

  /** None will ever come. */
  refuse(reason: string, cause?: unknown): void {
    this.#refused ??= { reason, cause };
    for (const waiter of this.#waiters) {
      this.leave(waiter);
      waiter.reject(this.#refusal(waiter.call, this.#refused));
    }
  }

  late(waiter: Waiter): void {
    this.leave(waiter);
    waiter.reject(this.#refusal(waiter.call, LATE));
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    this.#deadlines.remove(waiter);
    waiter.call.offAbort(waiter);
  }

  #refusal(call: Call, why: { readonly reason: string; readonly cause?: unknown }): NoEndpointError {
    return new NoEndpointError({ ...why, policy: this.#name, captureStack: call.captureStacks });
  }
}

const LATE = { reason: 'none was known before the deadline' };

class Waiter extends Deadline implements AbortSink {
  readonly #calls: WaitingCalls;
  readonly call: Call;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;

  constructor(calls: WaitingCalls, call: Call, resolve: () => void, reject: (error: unknown) => void) {
    super();
    this.#calls = calls;
    this.call = call;
    this.resolve = resolve;
    this.reject = reject;
  }

  override expire(): void {
    this.#calls.late(this);
  }

  abort(reason: unknown): void {
    this.#calls.leave(this);
    this.reject(reason);
  }
}
