import { getEventListeners } from 'node:events';

import { compose, wrap, type CallView, type Policy } from '@inmesh/core';
import { heldProtocol, seededRandom, virtualClock, type HeldResult } from '@inmesh/core/testing';

import { Agenda } from './agenda.ts';
import { HeapRecord, type HeapSample, type Paused } from './heap.ts';
import { OtherSide } from './other-side.ts';
import { Snapshots } from './snapshots.ts';
import { nameOf, Tally } from './tally.ts';
import { Caller, names } from './virtual-caller.ts';
import { Watch, type Broken } from './watch.ts';
import { weathers } from './weather.ts';
import { countsOf, probesOf, wholeStack } from './whole-stack.ts';

/** What a run on the virtual clock came to. */
export interface VirtualFound {
  readonly calls: number;
  readonly sendings: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly weathers: Readonly<Record<string, number>>;
  readonly mostInFlight: number;
  readonly virtualMs: number;
  readonly tookMs: number;
  readonly heap: readonly HeapSample[];
  readonly broken: readonly Broken[];
}

const LIMITS = {
  totalMs: 1_000,
  attemptMs: 150,
  attempts: 3,
  ratePerSecond: 30_000,
  burst: 100,
  maxQueue: 500,
  maxTenants: 8, // fewer than there are
  maxSeries: 100,
};
const QUIET_MS = 5_000; // by then everything has to be over
const WEATHER_MS = 500;
const LONGEST_BLOCK_MS = 60;

/** Sends so many calls through the whole stack, and holds everything that is counted to nothing at every pause. */
export async function virtualRun(
  calls: number,
  seed: number,
  { innermost = (next) => next, paused }: { readonly innermost?: Policy; readonly paused?: Paused } = {},
): Promise<VirtualFound> {
  const begun = performance.now();
  const soak = new Soak(seed, innermost);
  const pauses = Math.max(4, Math.min(200, Math.floor(calls / 20_000)));
  const heap = new HeapRecord(pauses);
  for (let pause = 1; pause <= pauses; pause++) {
    await soak.traffic(Math.round((calls * pause) / pauses));
    await soak.quiet();
    const sample = await heap.add(soak.begun);
    paused?.(sample);
  }
  return { ...soak.end(), tookMs: Math.round(performance.now() - begun), heap: heap.samples };
}

class Soak {
  begun = 0;
  readonly #watch = new Watch();
  readonly #clock = virtualClock();
  readonly #agenda = new Agenda();
  readonly #random: () => number;
  readonly #other: OtherSide;
  readonly #snapshots = new Snapshots(Array.from({ length: 16 }, (_, index) => `http://10.0.0.${index}:8080`));
  readonly #stack: ReturnType<typeof wholeStack>;
  readonly #call: (caller: Caller) => Promise<HeldResult>;
  readonly #shared = new AbortController(); // a signal that outlives all calls
  readonly #outcomes = new Tally();
  readonly #weathers = new Tally();
  readonly #origins = new Set<string>();
  #inFlight = 0;
  #mostInFlight = 0;
  #blockedAt = -Infinity;
  #weatherUntil = 0;

  constructor(seed: number, innermost: Policy) {
    this.#random = seededRandom(seed);
    this.#other = new OtherSide(weathers[0] as (typeof weathers)[0], this.#agenda, this.#random); // there are some
    this.#stack = wholeStack(this.#snapshots, LIMITS, this.#clock, this.#random);
    this.#call = wrap(
      compose(this.#stack.policy, innermost),
      (view: CallView, _caller: Caller) => this.#other.answer(view),
      ({ name, signal }: Caller) => ({ name, signal, protocol: heldProtocol }),
    );
  }

  /** Begins calls until there were so many. */
  async traffic(until: number): Promise<void> {
    while (this.begun < until) {
      this.#change();
      for (let due = this.#other.weather.perMs; due > 0 && this.begun < until; due--) void this.#begin();
      await this.#pass();
    }
  }

  /** Begins none until all are over, and looks for what is left. */
  async quiet(): Promise<void> {
    for (let ms = 0; ms < QUIET_MS && (this.#inFlight > 0 || this.#agenda.size > 0); ms++) await this.#pass();
    const watch = this.#watch;
    watch.expect('calls that never settle', this.#inFlight, 0);
    watch.expect('timers that would keep the process alive', this.#clock.refs, 0);
    await this.#clock.advance(LIMITS.totalMs + LONGEST_BLOCK_MS); // what the queues of deadlines keep for the next call
    watch.expect('timers', this.#clock.timers, 0);
    watch.expect('sendings neither answered nor aborted', this.#other.open, 0);
    watch.expect('results that nobody read or threw away', this.#other.openResults, 0);
    watch.expect('listeners on a signal of callers', getEventListeners(this.#shared.signal, 'abort').length, 0);
    for (const [kind, found] of Object.entries(countsOf(this.#stack))) watch.expect(kind, found, 0);
    const { perEndpoint, tenants } = this.#stack;
    for (const { endpoint } of this.#stack.balancer.endpoints) this.#origins.add(endpoint.origin);
    watch.expect('probes of tenants', probesOf(tenants, names), 0);
    watch.expect('probes of endpoints', probesOf(perEndpoint, this.#origins), 0);
    watch.atMost('tenants remembered', tenants.size, LIMITS.maxTenants);
    watch.atMost('sendings per call', this.#other.sendings / this.begun, LIMITS.attempts);
    const tokens = LIMITS.burst + (LIMITS.ratePerSecond * this.#clock.now()) / 1_000;
    watch.atMost('sendings beyond the rate', this.#other.sendings, tokens);
    watch.expect('outcomes', this.#outcomes.total, this.begun);
  }

  end(): Omit<VirtualFound, 'tookMs' | 'heap'> {
    this.#stack.close();
    this.#watch.close();
    return {
      calls: this.begun,
      sendings: this.#other.sendings,
      outcomes: this.#outcomes.toJSON(),
      weathers: this.#weathers.toJSON(),
      mostInFlight: this.#mostInFlight,
      virtualMs: Math.round(this.#clock.now()),
      broken: this.#watch.broken,
    };
  }

  /** A millisecond, or longer if the loop is blocked. */
  async #pass(): Promise<void> {
    this.#agenda.tick();
    if (this.#random() < this.#other.weather.blocks) {
      this.#clock.block(1 + Math.floor(this.#random() * LONGEST_BLOCK_MS));
      this.#blockedAt = this.#clock.now();
    }
    await this.#clock.advance(1);
  }

  #change(): void {
    if (this.#clock.now() < this.#weatherUntil) return;
    this.#weatherUntil = this.#clock.now() + WEATHER_MS;
    const weather = weathers[Math.floor(this.#random() * weathers.length)] ?? this.#other.weather;
    this.#other.weather = weather;
    this.#weathers.add(weather.name);
    this.#snapshots.change(0.8, this.#random);
  }

  async #begin(): Promise<void> {
    const began = this.#clock.now();
    this.begun++;
    this.#mostInFlight = Math.max(this.#mostInFlight, ++this.#inFlight);
    const caller = new Caller(this.#random, this.#shared.signal, this.#agenda);
    try {
      const result = await this.#call(caller);
      this.#outcomes.add(`answered: ${result.verdict.health}`);
      caller.read(result);
    } catch (error) {
      this.#outcomes.add(nameOf(error));
    }
    this.#inFlight--;
    if (this.#blockedAt < began)
      this.#watch.atMost('ms until a call settled', this.#clock.now() - began, LIMITS.totalMs + 1);
  }
}
