import { virtualClock, type VirtualClock } from '@inmesh/core/testing';

import { onBorrowedTime } from './borrowed-time.ts';
import type { Breaker, Settings, Subject, Work } from './subject.ts';

/** How a call stands. */
export type Fate = 'waiting' | 'well' | 'refused' | 'failed';

/** A call that the scenario follows. */
export interface Followed {
  readonly fate: Fate;
}

/** Work whose end the scenario decides. */
export class Held<T = string> {
  readonly work: Work<T>;
  /** Whether a breaker let it through. */
  sent = false;
  succeed: (value: T) => void = () => {};
  fail: (error: unknown) => void = () => {};

  constructor() {
    const outcome = new Promise<T>((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
    outcome.catch(() => {}); // perhaps nobody sends it
    this.work = () => {
      this.sent = true;
      return outcome;
    };
  }
}

/** Where a fault is replayed: one library, and time that is moved by hand. */
export class Stage {
  readonly clock: VirtualClock = virtualClock({ startMs: 1_000_000, epochMs: 1_800_000_000_000 });
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  make(settings: Settings = {}): Breaker {
    return this.#subject.make(settings, this.clock);
  }

  twins(settings: Settings = {}): ReturnType<Subject['twins']> {
    return this.#subject.twins(settings, this.clock);
  }

  /** Calls, and tells how the call stands whenever it is asked. */
  follow(breaker: Breaker, work: Work<unknown>, signal?: AbortSignal): Followed {
    const followed: { fate: Fate } = { fate: 'waiting' };
    breaker.call(work, signal).then(
      () => (followed.fate = 'well'),
      (error: unknown) => (followed.fate = this.#subject.isRefusal(error) ? 'refused' : 'failed'),
    );
    return followed;
  }

  /** Follows so many calls that go well, or fail, until each came as far as it comes. */
  async calls(breaker: Breaker, times: number, work: Work<unknown>): Promise<Fate[]> {
    const followed: Followed[] = [];
    for (let i = 0; i < times; i++) {
      followed.push(this.follow(breaker, work));
      await this.settle();
    }
    return followed.map(({ fate }) => fate);
  }

  /** Everything that needs no time happens. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }
}

/** Shows what the library does when this is played. */
export async function shownBy<T>(subject: Subject, play: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = new Stage(subject);
  return await onBorrowedTime(stage.clock, () => play(stage));
}

export const well: Work<string> = () => Promise.resolve('well');
export const down: Work<never> = () => Promise.reject(new Error('down'));
