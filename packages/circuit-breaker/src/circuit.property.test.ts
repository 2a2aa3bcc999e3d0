import { FAILURE, IGNORABLE, SUCCESS, type Verdict } from '@inmesh/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Circuit, type CircuitMode, type CircuitRules, type CircuitState } from './circuit.ts';
import { consecutiveFailures } from './consecutive-failures.ts';
import { failureRatio } from './failure-ratio.ts';
import type { Admission } from './leases.ts';
import { probes, ramp } from './recovery.ts';

const WINDOW_MS = 1_000;
const SLICE_MS = WINDOW_MS / 10;
const OPEN_FOR_MS = 300;
const LEASE_MS = 200;
const RATIO = 0.5;
const MINIMUM_CALLS = 4;
const IN_A_ROW = 3;
const CALLS_PER_STEP = 4;
const PUSHBACK: Verdict = { health: 'ignorable', retryable: true, pushback: true, unsent: false };

/** What is drawn for each run: how many probes of which how many may fail, or a ramp, and whether 429s count. */
interface Plan {
  readonly calls: number;
  readonly mayFail: number;
  readonly ramps: boolean;
  readonly countPushback: boolean;
}

/** A call of the model: when it got in, and under which state. */
interface Entry {
  readonly era: number;
  readonly at: number;
  readonly byHand: boolean;
  readonly probe: boolean;
  readonly uncounted: boolean;
  gone: boolean;
}

/** The circuit said again as plainly as possible: it keeps everything and counts it afresh each time. */
class Model {
  mode: CircuitMode = 'automatic';
  state: CircuitState = 'closed';
  era = 0;
  openUntil = 0;
  openings = 0;
  ignored = 0;
  refused = 0;
  expired = 0;
  outcomes: { readonly slice: number; readonly failed: boolean }[] = [];
  trial: boolean[] = []; // of the probes, in the order they ended: whether they failed
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

  become(to: CircuitState): void {
    this.changes.push(`${this.mode}: ${this.state} > ${to}`);
    this.state = to;
    this.era++;
    this.trial = [];
    for (const entry of this.entries) if (!entry.byHand) entry.gone = true; // the probes of before
    if (to !== 'closed') return;
    this.outcomes = [];
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
    this.become(mode === 'forced-open' ? 'open' : 'closed');
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

  /** The ramp's step: its share, and what ended in it. */
  step(): { readonly share: number; readonly ended: readonly boolean[] } {
    const [, ...after] = this.trial; // the first probe goes alone
    const steps = Math.floor(after.length / CALLS_PER_STEP);
    return { share: this.trial.length === 0 ? 0 : 0.25 * 2 ** steps, ended: after.slice(steps * CALLS_PER_STEP) };
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
    const entry = { era: this.era, at: now, byHand: byHand && leased, probe: !closed, uncounted, gone: !leased };
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
      if (failed && this.trips(now) && this.mode !== 'forced-closed') this.open(now, asked);
      return;
    }
    const before = this.step();
    this.trial.push(failed);
    if (this.plan.ramps ? this.rampFails(before, failed) : this.tooManyFailed()) this.open(now, asked);
    else if (this.plan.ramps ? this.step().share >= 1 : this.trial.length === this.plan.calls) this.become('closed');
  }

  rampFails({ share, ended }: { share: number; ended: readonly boolean[] }, failed: boolean): boolean {
    const failures = [...ended, failed].filter((each) => each).length;
    return failed && (share === 0 || failures / CALLS_PER_STEP >= RATIO);
  }

  tooManyFailed(): boolean {
    return this.trial.filter((each) => each).length > this.plan.mayFail;
  }

  trips(now: number): boolean {
    const { successes, failures } = this.inWindow(now);
    const calls = successes + failures;
    const lastFew = this.outcomes.slice(-IN_A_ROW);
    const run = lastFew.length === IN_A_ROW && lastFew.every(({ failed }) => failed);
    return run || (calls >= MINIMUM_CALLS && failures >= RATIO * calls);
  }
}

type Command =
  | { readonly act: 'call'; readonly byHand: boolean; readonly chance: number }
  | { readonly act: 'settle'; readonly which: number; readonly verdict: Verdict; readonly asked: number | undefined }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'switch'; readonly mode: CircuitMode }
  | { readonly act: 'open' | 'close' | 'restore' };

const settle = (verdict: Verdict): fc.Arbitrary<Command> =>
  fc.record({
    act: fc.constant('settle'),
    which: fc.nat(50),
    verdict: fc.constant(verdict),
    asked: fc.constantFrom(undefined, undefined, 0, 70),
  });
const wait = (ms: fc.Arbitrary<number>): fc.Arbitrary<Command> => ms.map((waited) => ({ act: 'wait', ms: waited }));
const mode = fc.constantFrom<CircuitMode>('automatic', 'observing', 'forced-open', 'forced-closed', 'disabled');
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      act: fc.constant('call'),
      byHand: fc.constantFrom(false, false, true),
      chance: fc.double({ min: 0, max: 0.99, noNaN: true }),
    }),
  },
  { weight: 20, arbitrary: settle(SUCCESS) },
  { weight: 20, arbitrary: settle(FAILURE) },
  { weight: 5, arbitrary: settle(IGNORABLE) },
  { weight: 5, arbitrary: settle(PUSHBACK) },
  { weight: 10, arbitrary: wait(fc.nat(40)) },
  { weight: 6, arbitrary: wait(fc.constantFrom(0, LEASE_MS - 1, LEASE_MS, OPEN_FOR_MS, WINDOW_MS, 1e9)) },
  { weight: 2, arbitrary: mode.map((to): Command => ({ act: 'switch', mode: to })) },
  { weight: 2, arbitrary: fc.constant<Command>({ act: 'switch', mode: 'automatic' }) },
  { weight: 2, arbitrary: fc.constantFrom<Command>({ act: 'open' }, { act: 'close' }, { act: 'restore' }) },
);
const plan: fc.Arbitrary<Plan> = fc.record({
  calls: fc.constantFrom(1, 2, 3),
  mayFail: fc.constantFrom(0, 0, 1),
  ramps: fc.boolean(),
  countPushback: fc.boolean(),
});

/** A circuit and its model side by side. */
class Pair {
  readonly model: Model;
  readonly visited: Set<string>;
  readonly changes: string[] = [];
  readonly #rules: CircuitRules;
  #circuit: Circuit;
  #inFlight: { readonly admission: Admission; readonly entry: Entry }[] = [];
  #now = 0;
  #chance = 0;

  constructor(drawn: Plan, visited: Set<string>) {
    const { calls, ramps, countPushback } = drawn;
    const mayFail = Math.min(drawn.mayFail, calls - 1);
    this.model = new Model({ ...drawn, mayFail });
    this.visited = visited;
    this.#rules = {
      detectors: [
        failureRatio({ ratio: RATIO, minimumCalls: MINIMUM_CALLS, windowMs: WINDOW_MS }),
        consecutiveFailures(IN_A_ROW),
      ],
      openForMs: ({ times, retryAfterMs = OPEN_FOR_MS * times }) => retryAfterMs,
      recovery: ramps ? ramp({ from: 0.25, callsPerStep: CALLS_PER_STEP }) : probes({ calls, failures: mayFail }),
      leaseMs: LEASE_MS,
      countPushback,
      random: () => this.#chance,
    };
    this.#circuit = this.#make();
  }

  do(step: Command): void {
    if (step.act === 'wait') this.#now += step.ms;
    else if (step.act === 'call') this.#call(step.byHand, step.chance);
    else if (step.act === 'settle') this.#settle(step.which, step.verdict, step.asked);
    else if (step.act === 'switch') {
      this.#circuit.switchTo(step.mode, 'told to', this.#now);
      this.model.switchTo(step.mode);
    } else if (step.act === 'restore') this.#restore();
    else if (this.model.mode === 'automatic' || this.model.mode === 'observing') {
      this.#circuit[step.act]('told to', this.#now);
      if (step.act === 'open') this.model.open(this.#now);
      else this.model.become('closed');
    }
    this.#compare();
  }

  #make(): Circuit {
    const circuit: Circuit = new Circuit(this.#rules, {
      changed: (from, to) => this.changes.push(`${circuit.mode}: ${from} > ${to}`),
    });
    return circuit;
  }

  #call(byHand: boolean, chance: number): void {
    this.#chance = chance;
    const admission = this.#circuit.admit(this.#now, byHand);
    const entry = this.model.admit(this.#now, byHand, chance);
    expect(admission === undefined).toBe(entry === undefined);
    if (admission !== undefined && entry !== undefined) this.#inFlight.push({ admission, entry });
    if (entry === undefined) this.visited.add(`${this.model.mode} ${this.model.state} refuses`);
    else if (entry.uncounted) this.visited.add(`${this.model.mode} ${this.model.state} does not count`);
  }

  /** Any call may be the one that ends next, so outcomes come late and out of order. */
  #settle(which: number, verdict: Verdict, asked: number | undefined): void {
    const [ended] = this.#inFlight.splice(which % Math.max(1, this.#inFlight.length), 1);
    if (ended === undefined) return;
    const { admission, entry } = ended;
    const overdue = this.#now >= entry.at + LEASE_MS ? 'overdue' : 'timely';
    const { era, state } = this.model;
    const outcome = verdict.pushback ? 'pushback' : verdict.health;
    this.visited.add(`${entry.era === era ? overdue : 'late'} ${outcome} while ${state}`);
    this.#circuit.settle(admission, verdict, this.#now, undefined, () => asked);
    this.model.settle(entry, verdict, this.#now, asked);
  }

  #restore(): void {
    const saved = this.#circuit.save(this.#now);
    this.visited.add(`restored ${saved.state}`);
    this.#circuit = this.#make();
    this.#circuit.load(JSON.parse(JSON.stringify(saved)) as typeof saved, this.#now);
    this.model.restore(this.#now);
    this.#inFlight = [];
  }

  #compare(): void {
    const { model } = this;
    const now = this.#now;
    const halfOpen = model.state === 'half-open' || (model.state === 'open' && now >= model.openUntil);
    const counts = this.#circuit.counts(now);
    expect({ mode: this.#circuit.mode, state: this.#circuit.state(now), ...counts }).toEqual({
      mode: model.mode,
      state: halfOpen ? 'half-open' : model.state,
      ...model.held(now),
      ...model.inWindow(now),
      ignored: model.ignored,
      refused: model.refused,
      expired: model.expired,
    });
    expect(this.#circuit.standing !== undefined).toBe(model.state === 'closed');
    this.visited.add(`${model.plan.ramps ? 'ramp' : 'probes'} ${model.state}`);
    if (model.state === 'half-open' && model.plan.ramps) this.visited.add(`ramp at ${model.step().share}`);
    if (counts.probes > 0) this.visited.add(`${Math.min(3, counts.probes)} probes out`);
    if (counts.permits > 0) this.visited.add('permits out');
    if (counts.expired > 0) this.visited.add('expired');
  }
}

const EVERYWHERE = [
  ...['closed > open', 'open > half-open', 'half-open > open', 'half-open > closed'].flatMap((change) => [
    `automatic: ${change}`,
    `observing: ${change}`,
  ]),
  'forced-open: closed > open',
  'forced-closed: closed > closed',
  'disabled: open > closed',
  ...['automatic open', 'automatic half-open', 'forced-open open'].map((where) => `${where} refuses`),
  ...['observing open', 'observing half-open', 'disabled closed'].map((where) => `${where} does not count`),
  ...['success', 'failure', 'ignorable', 'pushback'].flatMap((outcome) => [
    `timely ${outcome} while closed`,
    `timely ${outcome} while half-open`,
    `overdue ${outcome} while half-open`,
    ...['closed', 'open', 'half-open'].map((state) => `late ${outcome} while ${state}`),
  ]),
  ...['1 probes out', '2 probes out', '3 probes out', 'permits out', 'expired'],
  ...['restored closed', 'restored open', 'ramp at 0', 'ramp at 0.25', 'ramp at 0.5'],
];

describe('Circuit', () => {
  it('behaves as the plain model does, whatever comes in whatever order', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(plan, fc.array(command, { maxLength: 150, size: 'max' }), (drawn, commands) => {
        const pair = new Pair(drawn, visited);
        for (const each of commands) pair.do(each);
        expect(pair.changes).toEqual(pair.model.changes);
        for (const change of pair.changes) visited.add(change);
      }),
      { numRuns: 1_000 },
    );
    expect([...visited]).toEqual(expect.arrayContaining(EVERYWHERE));
  });

  it('says truly how long until it lets a call through', () => {
    const waits = new Set<string>();
    fc.assert(
      fc.property(plan, fc.array(command, { maxLength: 60, size: 'max' }), ({ calls }, commands) => {
        const rules: CircuitRules = {
          detectors: [consecutiveFailures(1)],
          openForMs: OPEN_FOR_MS,
          recovery: probes({ calls }),
          leaseMs: LEASE_MS,
          countPushback: false,
          random: () => 0,
        };
        const circuit = new Circuit(rules, { changed: () => {} });
        const inFlight: Admission[] = [];
        let now = 0;
        for (const step of commands) {
          if (step.act === 'wait') now += step.ms;
          if (step.act === 'settle') {
            const admission = inFlight.splice(step.which % Math.max(1, inFlight.length), 1)[0];
            if (admission !== undefined) circuit.settle(admission, step.verdict, now);
          }
          if (step.act === 'call') {
            const state = circuit.state(now);
            const waitMs = circuit.retryAfterMs(now);
            waits.add(`${state} ${waitMs > 0 ? 'refuses' : 'admits'}`);
            if (waitMs > 0) expect(circuit.admit(now + waitMs - 1)).toBeUndefined();
            now += waitMs;
            const admission = circuit.admit(now);
            expect(admission).toBeDefined();
            if (admission !== undefined) inFlight.push(admission);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(waits).toEqual(new Set(['closed admits', 'open refuses', 'half-open admits', 'half-open refuses']));
  });
});
