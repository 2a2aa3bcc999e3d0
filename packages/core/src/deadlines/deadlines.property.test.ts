import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Deadline, Deadlines } from './deadlines.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

/** Says which it is when it expires. */
class Probe extends Deadline {
  readonly #expired: (local: boolean) => void;

  constructor(expired: (local: boolean) => void) {
    super();
    this.#expired = expired;
  }

  override expire(local: boolean): void {
    this.#expired(local);
  }
}

describe('Deadlines', () => {
  it('agrees with a sorted list, whatever is added, removed, settled and blocked', async () => {
    const seen = { expired: 0, putOff: 0, removed: 0, settled: 0, rearmed: 0, together: 0, lateTwice: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
        const clock = virtualClock();
        const deadlines = new Deadlines(clock, LIMIT_MS);
        const model = new SortedList(seen);
        const probes: Probe[] = [];
        const actual: unknown[] = [];
        for (const { act, ms } of steps) {
          const chosen = ms % Math.max(1, probes.length);
          const probe = probes[chosen];
          if (act === 'add') {
            const index = probes.length;
            const added = new Probe((local) => actual.push({ index, at: clock.now(), local }));
            deadlines.add(added, clock.now() + ms, clock.now());
            probes.push(added);
            model.add(clock.now() + ms);
          } else if (act === 'pass') {
            model.play(clock.now(), clock.now() + ms);
            await clock.advance(ms);
          } else if (act === 'block') clock.block(ms);
          else if (probe !== undefined) {
            deadlines[act](probe);
            model[act](chosen);
          }
          expect(actual).toEqual(model.expired);
          expect(clock.refs).toBe(model.waiting ? 1 : 0);
        }
      }),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });
});

const LIMIT_MS = 60;

const acts = <A extends string>(act: A, min: number, max: number, by = 1) =>
  fc.integer({ min, max }).map((n) => ({ act, ms: n * by }));

const step = fc.oneof(
  { weight: 5, arbitrary: acts('add', 1, 12, 5) }, // few times, so that some are equal
  { weight: 2, arbitrary: acts('remove', 0, 20) },
  { weight: 2, arbitrary: acts('settle', 0, 20) },
  { weight: 3, arbitrary: acts('pass', 0, 50) },
  { weight: 1, arbitrary: acts('block', 1, 150) },
);

interface Entry {
  readonly index: number;
  at: number;
  place: number;
  excused: boolean;
  queued: boolean;
  waiting: boolean;
}

type Seen = Record<'expired' | 'putOff' | 'removed' | 'settled' | 'rearmed' | 'together' | 'lateTwice', number>;

/** What a queue of deadlines is to do, by sorting all of them each time. */
class SortedList {
  readonly expired: unknown[] = [];
  readonly #seen: Seen;
  readonly #entries: Entry[] = [];
  #places = 0;
  #ringAt = Infinity;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  get waiting(): boolean {
    return this.#entries.some(({ waiting }) => waiting);
  }

  add(at: number): void {
    this.#entries.push({
      index: this.#entries.length,
      at,
      place: this.#places++,
      excused: false,
      queued: true,
      waiting: true,
    });
    this.#ringAt = Math.min(this.#ringAt, at);
  }

  remove(index: number): void {
    const entry = this.#entries[index] as Entry;
    if (entry.queued) this.#seen.removed++;
    entry.queued = entry.waiting = false;
  }

  settle(index: number): void {
    const entry = this.#entries[index] as Entry;
    if (entry.waiting) this.#seen.settled++;
    entry.waiting = false;
  }

  /** Time goes on from `now`, which may be past what is due already, to `until`. */
  play(from: number, until: number): void {
    for (let now = from; this.#ringAt <= until; ) {
      now = Math.max(now, this.#ringAt);
      this.#ring(now);
      this.#ringAt = Math.min(Infinity, ...this.#entries.filter(({ queued }) => queued).map(({ at }) => at));
      if (this.#ringAt < Infinity) this.#seen.rearmed++;
    }
  }

  #ring(now: number): void {
    const lateMs = now - this.#ringAt;
    const due = this.#entries
      .filter(({ at, queued }) => queued && at <= now)
      .sort((a, b) => a.at - b.at || a.place - b.place);
    if (due.length > 1) this.#seen.together++;
    for (const entry of due) {
      if (lateMs > 20 && !entry.excused) {
        this.#seen.putOff++;
        entry.excused = true;
        entry.place = this.#places++;
        entry.at = now + Math.min(lateMs, LIMIT_MS);
      } else {
        if (lateMs > 20) this.#seen.lateTwice++;
        this.#seen.expired++;
        entry.queued = entry.waiting = false;
        this.expired.push({ index: entry.index, at: now, local: entry.excused && lateMs > 20 });
      }
    }
  }
}
