import type { Verdict } from '@inmesh/core';

import type { CircuitMode, CircuitState } from './circuit.ts';

export const WINDOW_MS = 1_000;
const SLICE_MS = WINDOW_MS / 10;
export const OPEN_FOR_MS = 300;
export const LEASE_MS = 200;
export const RATIO = 0.5;
export const MINIMUM_CALLS = 4;
export const IN_A_ROW = 3;
export const CALLS_PER_STEP = 4;
export const SLOW_MS = 20;

/** What is drawn for each run: how many probes of which how many may fail, or a ramp, whether 429s count, and slowness. */
export interface Plan {
  readonly calls: number;
  readonly mayFail: number;
  readonly ramps: boolean;
  readonly countPushback: boolean;
  readonly timed: boolean;
}

/** A call of the model: when it got in, and under which state. */
export interface Entry {
  readonly era: number;
  readonly at: number;
  readonly byHand: boolean;
  readonly probe: boolean;
  readonly step: number;
  readonly uncounted: boolean;
  gone: boolean;
}

/** A call that was counted while the circuit was closed. */
interface Counted {
  readonly slice: number;
  readonly slow: boolean;
  failed: boolean;
}

/** The circuit said again as plainly as possible: it keeps everything and counts it afresh each time. */
export class Model {
  mode: CircuitMode = 'automatic';
  state: CircuitState = 'closed';
  era = 0;
  openUntil = 0;
  openings = 0;
  ignored = 0;
  refused = 0;
  expired = 0;
  outcomes: Counted[] = [];
  durations: Counted[] = []; // the same for the detector of slow calls, which takes back a success as slow as the failure
  run = { now: 0, before: 0 }; // of failures, and the one that the last success ended
  trial: { readonly failed: boolean; readonly step: number }[] = []; // the probes, in the order they ended
  entries: Entry[] = [];
  readonly changes: string[] = [];
  readonly plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** Those that hold a place. */
  held(now: number): { readonly probes: number; readonly permits: number } {
    for (const entry of this.entries) {
      if (entry.gone || now < entry.at + LEASE_MS) continue;
      entry.gone = true;
      this.expired++;
    }
    const here = this.entries.filter(({ gone }) => !gone);
    const probing = here.filter(({ probe, era }) => probe && era === this.era);
    return { probes: probing.length, permits: here.filter(({ byHand }) => byHand).length };
  }

  inWindow(now: number): { successes: number; failures: number } {
    const kept = this.#kept(this.outcomes, now);
    const failures = kept.filter(({ failed }) => failed).length;
    return { successes: kept.length - failures, failures };
  }

  become(to: CircuitState, switched = false): void {
    if (switched || to !== this.state) this.changes.push(`${this.mode}: ${this.state} > ${to}`);
    this.state = to;
    this.era++;
    this.trial = [];
    for (const entry of this.entries) if (!entry.byHand) entry.gone = true; // the probes of before
    if (to === 'closed') this.forget();
  }

  forget(): void {
    this.outcomes = [];
    this.durations = [];
    this.run = { now: 0, before: 0 };
    this.openings = 0;
  }

  open(now: number, asked?: number): void {
    this.openings++;
    this.openUntil = now + (asked ?? OPEN_FOR_MS * this.openings);
    this.become('open');
  }

  switchTo(mode: CircuitMode): void {
    this.mode = mode;
    if (mode === 'forced-open') this.openUntil = Infinity;
    this.forget();
    this.become(mode === 'forced-open' ? 'open' : 'closed', true);
  }

  /** Another circuit goes on with what this one has learnt; the calls in flight are not its own. */
  restore(now: number): void {
    this.mode = 'automatic';
    this.era++;
    this.entries = [];
    this.ignored = this.refused = this.expired = 0;
    const { state, openings, openUntil } = this;
    this.state = 'closed';
    this.openings = 0;
    if (state === 'closed' || openUntil === Infinity) return;
    this.become('open');
    this.openings = openings;
    this.openUntil = Math.max(now, openUntil);
  }

  /** The ramp's step: its share, how many ended that it let in, and how the latest went, whenever they were let in. */
  step(): { readonly step: number; readonly share: number; readonly latest: readonly boolean[] } {
    const [first, ...after] = this.trial; // the first probe goes alone
    let step = first === undefined ? 0 : 1;
    let own = 0;
    let latest: boolean[] = [];
    for (const ended of after) {
      latest = latest.length === CALLS_PER_STEP - 1 ? [] : [...latest, ended.failed];
      if (ended.step === step) own++;
      if (own < CALLS_PER_STEP) continue;
      step++;
      own = 0;
      latest = [];
    }
    return { step, share: step === 0 ? 0 : 0.25 * 2 ** (step - 1), latest };
  }

  share(out: number): number {
    if (!this.plan.ramps) return this.trial.length + out < this.plan.calls ? 1 : 0;
    return out === 0 ? 1 : this.step().share;
  }

  /** When a call may come, if none of those that are out ends before its time is up. */
  retryAfterMs(now: number): number {
    if (this.state === 'closed') return 0;
    if (this.state === 'open') return Math.max(0, this.openUntil - now);
    let { probes: out } = this.held(now);
    if (this.share(out) > 0) return 0;
    const probing = this.entries.filter(({ gone, probe, era }) => !gone && probe && era === this.era);
    return (probing.find(() => this.share(--out) > 0)?.at ?? NaN) + LEASE_MS - now;
  }

  admit(now: number, byHand: boolean, chance: number): Entry | undefined {
    if (this.state === 'open' && now >= this.openUntil) this.become('half-open');
    const closed = this.state === 'closed';
    const free = closed || (this.state === 'half-open' && chance < this.share(this.held(now).probes));
    if (!free) this.refused++;
    if (!free && this.mode !== 'observing') return undefined;
    const uncounted = !free || this.mode === 'disabled';
    const leased = !uncounted && (byHand || !closed);
    const { step } = this.step();
    const entry = { era: this.era, at: now, byHand: byHand && leased, probe: !closed, step, uncounted, gone: !leased };
    this.entries.push(entry);
    return entry;
  }

  settle(entry: Entry, verdict: Verdict, now: number, asked: number | undefined): void {
    entry.gone = true;
    if (entry.uncounted) return;
    const counts = verdict.pushback ? this.plan.countPushback : verdict.health !== 'ignorable';
    if (entry.era !== this.era || !counts) {
      this.ignored++;
      return;
    }
    const slow = this.isSlow(now - entry.at);
    const failed = verdict.pushback || verdict.health === 'failure' || (slow && this.state !== 'closed');
    if (this.state === 'closed') {
      const slice = Math.floor(now / SLICE_MS);
      this.outcomes.push({ slice, slow, failed });
      this.durations.push({ slice, slow, failed });
      this.run = failed ? { ...this.run, now: this.run.now + 1 } : { now: 0, before: this.run.now };
      this.weigh(failed, now, asked);
      return;
    }
    const before = this.step();
    this.trial.push({ failed, step: entry.step });
    if (this.plan.ramps ? this.rampFails(before, failed) : this.tooManyFailed()) this.open(now, asked);
    else if (this.plan.ramps ? this.step().share >= 1 : this.trial.length === this.plan.calls) this.become('closed');
  }

  /** `tookMs`: until its head came. */
  spoil(era: number, verdict: Verdict, tookMs: number, now: number, asked: number | undefined): void {
    const counts = verdict.pushback ? this.plan.countPushback : verdict.health === 'failure';
    if (era !== this.era || !counts) {
      this.ignored++;
      return;
    }
    const slow = this.isSlow(tookMs);
    this.#takeBack(this.outcomes, [true, false], slow, now);
    this.#takeBack(this.durations, [slow], slow, now);
    this.run = { now: this.run.before + 1 + this.run.now, before: 0 };
    this.weigh(true, now, asked);
  }

  /** Its caller does not wait for it any more. */
  giveUp(entry: Entry): void {
    entry.gone = true;
  }

  weigh(failed: boolean, now: number, asked: number | undefined): void {
    if (!this.tooSlow(now) && !(failed && this.trips(now))) return;
    if (this.mode !== 'forced-closed') this.open(now, asked);
  }

  isSlow(tookMs: number): boolean {
    return this.plan.timed && tookMs > SLOW_MS;
  }

  tooSlow(now: number): boolean {
    const kept = this.#kept(this.durations, now);
    const slow = kept.filter((each) => each.slow).length;
    return this.plan.timed && kept.length >= MINIMUM_CALLS && slow >= RATIO * kept.length;
  }

  rampFails({ share, latest }: { share: number; latest: readonly boolean[] }, failed: boolean): boolean {
    const failures = [...latest, failed].filter((each) => each).length;
    return failed && (share === 0 || failures / CALLS_PER_STEP >= RATIO);
  }

  tooManyFailed(): boolean {
    return this.trial.filter((each) => each.failed).length > this.plan.mayFail;
  }

  trips(now: number): boolean {
    const { successes, failures } = this.inWindow(now);
    const calls = successes + failures;
    return this.run.now >= IN_A_ROW || (calls >= MINIMUM_CALLS && failures >= RATIO * calls);
  }

  /** The last success, of such slowness, was a failure. */
  #takeBack(counted: Counted[], alike: readonly boolean[], slow: boolean, now: number): void {
    const successes = this.#kept(counted, now).filter((each) => !each.failed && alike.includes(each.slow));
    const [last] = successes.slice(-1);
    if (last === undefined) counted.push({ slice: Math.floor(now / SLICE_MS), slow, failed: true });
    else last.failed = true;
  }

  #kept(counted: readonly Counted[], now: number): readonly Counted[] {
    return counted.filter(({ slice }) => slice > Math.floor(now / SLICE_MS) - 10);
  }
}
