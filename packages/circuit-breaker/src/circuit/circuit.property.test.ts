import { FAILURE, IGNORABLE, SUCCESS, type Verdict } from '@inmesh/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  CALLS_PER_STEP,
  IN_A_ROW,
  LEASE_MS,
  MINIMUM_CALLS,
  OPEN_FOR_MS,
  RATIO,
  SLOW_MS,
  WINDOW_MS,
  Model,
  type Entry,
  type Plan,
} from './circuit.model.ts';
import { Circuit, type CircuitMode, type CircuitRules } from './circuit.ts';
import { consecutiveFailures } from '../detectors/consecutive-failures.ts';
import { failureRatio } from '../detectors/failure-ratio.ts';
import { slowCallRatio } from '../detectors/slow-call-ratio.ts';
import type { Admission } from './leases.ts';
import { probes, ramp } from './recovery.ts';

const PUSHBACK: Verdict = { health: 'ignorable', retryable: true, pushback: true, unsent: false };

type Command =
  | { readonly act: 'call'; readonly byHand: boolean; readonly chance: number }
  | { readonly act: 'settle'; readonly which: number; readonly verdict: Verdict; readonly asked: number | undefined }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'switch'; readonly mode: CircuitMode }
  | { readonly act: 'give up'; readonly which: number }
  | { readonly act: 'spoil'; readonly which: number; readonly verdict: Verdict; readonly asked: number | undefined }
  | { readonly act: 'open' | 'close' | 'restore' };

const asking = fc.constantFrom(undefined, undefined, 0, 70);
const settle = (verdict: Verdict): fc.Arbitrary<Command> =>
  fc.record({
    act: fc.constant('settle'),
    which: fc.nat(50),
    verdict: fc.constant(verdict),
    asked: asking,
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
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('spoil'),
      which: fc.nat(50),
      verdict: fc.constantFrom(FAILURE, FAILURE, IGNORABLE, PUSHBACK),
      asked: asking,
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('give up'), which: fc.nat(50) }) },
  { weight: 5, arbitrary: settle(IGNORABLE) },
  { weight: 5, arbitrary: settle(PUSHBACK) },
  { weight: 10, arbitrary: wait(fc.nat(40)) },
  { weight: 6, arbitrary: wait(fc.constantFrom(0, SLOW_MS, LEASE_MS - 1, LEASE_MS, OPEN_FOR_MS, WINDOW_MS, 1e9)) },
  { weight: 2, arbitrary: mode.map((to): Command => ({ act: 'switch', mode: to })) },
  { weight: 2, arbitrary: fc.constant<Command>({ act: 'switch', mode: 'automatic' }) },
  { weight: 2, arbitrary: fc.constantFrom<Command>({ act: 'open' }, { act: 'close' }, { act: 'restore' }) },
);
const plan: fc.Arbitrary<Plan> = fc.record({
  calls: fc.constantFrom(1, 2, 3),
  mayFail: fc.constantFrom(0, 0, 1),
  ramps: fc.boolean(),
  countPushback: fc.boolean(),
  timed: fc.constantFrom(false, false, true),
});

/** What is to come of a head that was a success. */
interface Body {
  readonly admission: Admission;
  readonly era: number;
  /** Until the head came. */
  readonly tookMs: number;
}

/** A circuit and its model side by side. */
class Pair {
  readonly model: Model;
  readonly visited: Set<string>;
  readonly changes: string[] = [];
  readonly #rules: CircuitRules;
  #circuit: Circuit;
  #inFlight: { readonly admission: Admission; readonly entry: Entry }[] = [];
  #bodies: Body[] = [];
  #now = 0;
  #chance = 0;

  constructor(drawn: Plan, visited: Set<string>) {
    const { calls, ramps, countPushback, timed } = drawn;
    const mayFail = Math.min(drawn.mayFail, calls - 1);
    this.model = new Model({ ...drawn, mayFail });
    this.visited = visited;
    this.#rules = {
      detectors: [
        failureRatio({ ratio: RATIO, minimumCalls: MINIMUM_CALLS, windowMs: WINDOW_MS }),
        ...(timed
          ? [slowCallRatio({ slowMs: SLOW_MS, ratio: RATIO, minimumCalls: MINIMUM_CALLS, windowMs: WINDOW_MS })]
          : []),
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
    else if (step.act === 'spoil') this.#spoil(step.which, step.verdict, step.asked);
    else if (step.act === 'give up') this.#giveUp(step.which);
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
    if (state === 'half-open' && entry.era === era && entry.step < this.model.step().step)
      this.visited.add('of an earlier step');
    const tookMs = this.#now - entry.at;
    if (this.model.isSlow(tookMs) && entry.era === era) this.visited.add(`slow ${outcome} while ${state}`);
    const counted = this.#circuit.settle(admission, verdict, this.#now, this.#told(tookMs), () => asked);
    this.model.settle(entry, verdict, this.#now, asked);
    if (outcome === 'success' && state === 'closed' && this.model.state === 'open') this.visited.add('too slow');
    const { standing } = this.#circuit;
    if (!counted || standing === undefined || verdict.health !== 'success') return;
    this.#bodies.push({ admission: standing, era: this.model.era, tookMs });
  }

  /** What a circuit that times its calls is told. */
  #told(tookMs: number): number | undefined {
    return this.model.plan.timed ? tookMs : undefined;
  }

  #giveUp(which: number): void {
    const given = this.#inFlight[which % Math.max(1, this.#inFlight.length)];
    if (given === undefined) return;
    this.visited.add(given.entry.gone ? 'gives up what holds no place' : 'gives up a place');
    this.#circuit.giveUp(given.admission);
    this.model.giveUp(given.entry);
  }

  #spoil(which: number, verdict: Verdict, asked: number | undefined): void {
    const [body] = this.#bodies.splice(which % Math.max(1, this.#bodies.length), 1);
    if (body === undefined) return;
    this.visited.add(body.era === this.model.era ? 'spoilt in time' : 'spoilt too late');
    if (this.model.isSlow(body.tookMs)) this.visited.add('spoilt slowly');
    this.#circuit.spoil(body.admission, verdict, this.#now, this.#told(body.tookMs), () => asked);
    this.model.spoil(body.era, verdict, body.tookMs, this.#now, asked);
  }

  #restore(): void {
    const saved = this.#circuit.save(this.#now);
    this.visited.add(`restored ${saved.state}`);
    this.#circuit = this.#make();
    this.#circuit.load(JSON.parse(JSON.stringify(saved)) as typeof saved, this.#now);
    this.model.restore(this.#now);
    this.#inFlight = [];
    this.#bodies = [];
  }

  #compare(): void {
    const { model } = this;
    const now = this.#now;
    const halfOpen = model.state === 'half-open' || (model.state === 'open' && now >= model.openUntil);
    const counts = this.#circuit.counts(now);
    expect({
      mode: this.#circuit.mode,
      state: this.#circuit.state(now),
      retryAfterMs: this.#circuit.retryAfterMs(now),
      ...counts,
    }).toEqual({
      mode: model.mode,
      state: halfOpen ? 'half-open' : model.state,
      retryAfterMs: model.retryAfterMs(now),
      ...model.held(now),
      ...model.inWindow(now),
      ignored: model.ignored,
      refused: model.refused,
      expired: model.expired,
    });
    expect(this.#circuit.standing !== undefined).toBe(model.state === 'closed');
    this.visited.add(`${model.plan.ramps ? 'ramp' : 'probes'} ${model.state}`);
    if (model.state === 'half-open' && model.plan.ramps) this.visited.add(`ramp at ${model.step().share}`);
    if (model.state === 'half-open' && model.retryAfterMs(now) > 0) this.visited.add('waits for a probe');
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
  '1 probes out',
  '2 probes out',
  '3 probes out',
  'permits out',
  'slow success while closed',
  'slow failure while closed',
  'slow success while half-open',
  'too slow',
  'gives up a place',
  'gives up what holds no place',
  'waits for a probe',
  'spoilt slowly',
  'spoilt in time',
  'spoilt too late',
  'expired',
  'restored closed',
  'restored open',
  'ramp at 0',
  'ramp at 0.25',
  'ramp at 0.5',
  'of an earlier step',
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
});
