import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LastCounts, RollingCounts } from './window.ts';

const SLICES = 4;
const SLICE_MS = 25;

/** The same, by keeping when each one came. */
class Timestamps {
  #newestSlice = -Infinity;
  #entries: { readonly kind: number; readonly slice: number }[] = [];

  add(kind: number, now: number): void {
    this.#look(now);
    this.#entries.push({ kind, slice: this.#newestSlice });
  }

  count(kind: number, now: number): number {
    this.#look(now);
    const oldest = this.#newestSlice - SLICES;
    return this.#entries.filter((entry) => entry.kind === kind && entry.slice > oldest).length;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** What is newest is so at this time, though time may have gone backwards. */
  goOnFrom(now: number): void {
    this.#look(now);
    const by = Math.floor(now / SLICE_MS) - this.#newestSlice;
    this.#entries = this.#entries.map(({ kind, slice }) => ({ kind, slice: slice + by }));
    this.#newestSlice += by;
  }

  move(from: number, to: number, now: number): boolean {
    this.#look(now);
    const slices = this.#entries.filter((entry) => entry.kind === from).map(({ slice }) => slice);
    const newest = Math.max(...slices);
    if (!(newest > this.#newestSlice - SLICES)) return false;
    const index = this.#entries.findIndex(({ kind, slice }) => kind === from && slice === newest);
    this.#entries[index] = { kind: to, slice: newest };
    return true;
  }

  #look(now: number): void {
    this.#newestSlice = Math.max(this.#newestSlice, Math.floor(now / SLICE_MS));
  }
}

describe('RollingCounts', () => {
  it('counts each kind by itself', () => {
    const counts = new RollingCounts(2, 100, SLICES);
    counts.add(0, 0);
    counts.add(1, 10);
    counts.add(1, 30);

    expect([counts.count(0, 30), counts.count(1, 30)]).toEqual([1, 2]);
  });

  it('forgets a slice when a window has passed since it began', () => {
    const counts = new RollingCounts(1, 100, SLICES);
    counts.add(0, 24);
    counts.add(0, 25);

    expect(counts.count(0, 99)).toBe(2);
    expect(counts.count(0, 100)).toBe(1);
    expect(counts.count(0, 125)).toBe(0);
  });

  it.each([Infinity, NaN])('counts on when a clock says %d', (never) => {
    const window = new RollingCounts(1, 100);
    window.add(0, never);
    window.add(0, never);
    expect(window.count(0, never)).toBe(2);
  });

  it('keeps as many slices as it has where their length is no whole number', () => {
    const window = new RollingCounts(1, 1, 3);
    for (let slice = 0; slice < 3_000; slice++) window.add(0, slice / 3);
    expect(window.count(0, 2_999 / 3)).toBe(3);
  });

  it('starts anew when cleared', () => {
    const counts = new RollingCounts(1, 100);
    counts.add(0, 50);
    counts.clear();
    expect(counts.count(0, 50)).toBe(0);

    counts.add(0, 55);
    expect(counts.count(0, 60)).toBe(1);
  });

  it('agrees with a list of timestamps, wherever time goes', () => {
    const seen = {
      nowhere: 0,
      onwards: 0,
      backwards: 0,
      far: 0,
      dropped: 0,
      negative: 0,
      cleared: 0,
      saved: 0,
      moved: 0,
      notThere: 0,
    };
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ act: fc.constant('add' as const), ms: fc.integer({ min: 0, max: 30 }) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('add' as const), ms: fc.integer({ min: -80, max: -1 }) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('add' as const), ms: fc.integer({ min: 90, max: 1e6 }) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('clear' as const), ms: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('save' as const), ms: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant('move' as const), ms: fc.constantFrom(0, 20) }) },
    );
    const start = fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.constant(1.7e12), fc.constant(0.1));
    fc.assert(
      fc.property(
        start,
        fc.array(fc.tuple(step, fc.integer({ min: 0, max: 2 })), { minLength: 20, maxLength: 60, size: 'max' }),
        (from, steps) => {
          let counts = new RollingCounts(3, SLICES * SLICE_MS, SLICES);
          const model = new Timestamps();
          let now = from;
          let most = 0;
          for (const [{ act, ms }, kind] of steps) {
            now += ms;
            seen[ms === 0 ? 'nowhere' : ms < 0 ? 'backwards' : ms > SLICES * SLICE_MS ? 'far' : 'onwards']++;
            if (now < 0) seen.negative++;
            if (act === 'clear') {
              seen.cleared++;
              counts.clear();
              model.clear();
            } else if (act === 'add') {
              counts.add(kind, now);
              model.add(kind, now);
            } else if (act === 'move') {
              const moved = counts.move(kind, (kind + 1) % 3, now);
              expect(moved).toBe(model.move(kind, (kind + 1) % 3, now));
              seen[moved ? 'moved' : 'notThere']++;
            } else {
              seen.saved++;
              const saved = counts.save(now);
              counts = new RollingCounts(3, SLICES * SLICE_MS, SLICES);
              counts.load(JSON.parse(JSON.stringify(saved)), now);
              model.goOnFrom(now);
            }
            const totals = [0, 1, 2].map((each) => counts.count(each, now));
            expect(counts.counts(now)).toEqual(totals);
            expect(totals).toEqual([0, 1, 2].map((each) => model.count(each, now)));
            const sum = totals.reduce((a, b) => a + b);
            if (sum < most) seen.dropped++;
            most = sum;
          }
        },
      ),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });

  it('refuses to go on from more than can be counted', () => {
    const message = 'what a window saved must be 2 whole numbers, got an array';
    expect(() => new RollingCounts(1, 100, 2).load([0, 1e300], 0)).toThrow(new TypeError(message));
  });

  it.each([
    [0, 100, 10, 'kinds must be a whole number of 1 or more, got 0'],
    [2, 0, 10, 'windowMs must be a positive number of milliseconds, got 0'],
    [2, 100, 1.5, 'slices must be a whole number of 1 or more, got 1.5'],
  ])('refuses %d kinds, %d ms, %d slices', (kinds, windowMs, slices, message) => {
    expect(() => new RollingCounts(kinds, windowMs, slices)).toThrow(new RangeError(message));
  });
});

describe('LastCounts', () => {
  it('agrees with a list of the last ones, which may be saved in between', () => {
    const seen = { full: 0, saved: 0, cleared: 0, savedPartly: 0, moved: 0, notThere: 0 };
    const act = fc.oneof(
      { weight: 12, arbitrary: fc.nat(2) },
      { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'save' as const) },
      { weight: 2, arbitrary: fc.constant('move' as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(act, { maxLength: 60, size: 'max' }), (calls, acts) => {
        let counts = new LastCounts(3, calls);
        let model: number[] = [];
        for (const each of acts) {
          if (each === 'clear') {
            seen.cleared++;
            counts.clear();
            model = [];
          } else if (each === 'save') {
            seen[model.length < calls ? 'savedPartly' : 'saved']++;
            const saved = counts.save();
            expect(saved).toEqual(model);
            counts = new LastCounts(3, calls);
            counts.load(JSON.parse(JSON.stringify(saved)));
          } else if (each === 'move') {
            const place = model.lastIndexOf(0);
            expect(counts.move(0, 2)).toBe(place !== -1);
            model = model.map((kind, index) => (index === place ? 2 : kind));
            seen[place === -1 ? 'notThere' : 'moved']++;
          } else {
            counts.add(each);
            model = [...model, each].slice(-calls);
            if (model.length === calls) seen.full++;
          }
          const totals = [0, 1, 2].map((kind) => counts.count(kind));
          expect(counts.counts()).toEqual(totals);
          expect(totals).toEqual([0, 1, 2].map((kind) => model.filter((one) => one === kind).length));
        }
      }),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });

  it.each<[unknown, string]>([
    ['110', 'got "110"'],
    [[0, 1, 0, 1], 'got an array'],
    [[3], 'got an array'],
    [[-1], 'got an array'],
    [[0.5], 'got an array'],
  ])('refuses to go on from %o', (saved, got) => {
    const counts = new LastCounts(3, 3);
    counts.add(2);
    const message = `what a window saved must be at most 3 whole numbers, ${got}`;
    expect(() => counts.load(saved)).toThrow(new TypeError(message));
    expect(counts.count(2)).toBe(1);
  });

  it('refuses a window of no calls', () => {
    expect(() => new LastCounts(2, 0)).toThrow(new RangeError('calls must be a whole number of 1 or more, got 0'));
  });
});
