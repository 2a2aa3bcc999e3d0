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

/** What is drawn for each run: how many probes of which how many may fail, or a ramp, and whether 429s count. */
export interface Plan {
  readonly calls: number;
  readonly mayFail: number;
  readonly ramps: boolean;
  readonly countPushback: boolean;
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
  outcomes: { readonly slice: number; failed: boolean }[] = [];
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
    const kept = this.outcomes.filter(({ slice }) => slice > Math.floor(now / SLICE_MS) - 10);
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

  share(now: number): number {
    const { probes: out } = this.held(now);
    if (!this.plan.ramps) return this.trial.length + out < this.plan.calls ? 1 : 0;
    return out === 0 ? 1 : this.step().share;
  }

  admit(now: number, byHand: boolean, chance: number): Entry | undefined {
    if (this.state === 'open' && now >= this.openUntil) this.become('half-open');
    const closed = this.state === 'closed';
    const free = closed || (this.state === 'half-open' && chance < this.share(now));
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
    const failed = verdict.pushback || verdict.health === 'failure';
    if (this.state === 'closed') {
      this.outcomes.push({ slice: Math.floor(now / SLICE_MS), failed });
      this.run = failed ? { ...this.run, now: this.run.now + 1 } : { now: 0, before: this.run.now };
      if (failed) this.weigh(now, asked);
      return;
    }
    const before = this.step();
    this.trial.push({ failed, step: entry.step });
    if (this.plan.ramps ? this.rampFails(before, failed) : this.tooManyFailed()) this.open(now, asked);
    else if (this.plan.ramps ? this.step().share >= 1 : this.trial.length === this.plan.calls) this.become('closed');
  }

  spoil(era: number, verdict: Verdict, now: number): void {
    const counts = verdict.pushback ? this.plan.countPushback : verdict.health === 'failure';
    if (era !== this.era || !counts) {
      this.ignored++;
      return;
    }
    const slice = Math.floor(now / SLICE_MS);
    const [last] = this.outcomes.filter((each) => !each.failed && each.slice > slice - 10).slice(-1);
    if (last === undefined) this.outcomes.push({ slice, failed: true });
    else last.failed = true;
    this.run = { now: this.run.before + 1 + this.run.now, before: 0 };
    this.weigh(now, undefined);
  }

  weigh(now: number, asked: number | undefined): void {
    if (this.trips(now) && this.mode !== 'forced-closed') this.open(now, asked);
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
}
