import type { Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Finder, type Culprit } from './finder.ts';
import { Reading } from './reading.ts';
import type { Charge } from './suspect.ts';

const CHARGE: Charge = { ratio: 0.5, minimumCalls: 10, windowMs: 1_000, maxDepth: 2 };
const NAMES = ['method', 'shard', 'tenant'];
const PLACES = 32;
/** How many of its own calls it takes to find what always fails, at most: to suspect it, to try it, and a second time. */
const BOUND = 100;

type Values = readonly string[];

interface Outcome {
  readonly values: Values;
  failed: boolean;
  at: number;
}

/** To come, and to die, of a head that was a success. */
interface Body {
  readonly outcome: Outcome;
  /** How many had begun. */
  readonly trials: number;
  /** After so many calls. */
  readonly diesAfter: number;
}

/** Remembers every call that was counted, and looks at all of them each time. */
class Model {
  readonly #outcomes: Outcome[] = [];

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
  }

  /** For a trial that saw its success it fails now, and to one that began later it is new: both is as if it ended now. */
  spoil(outcome: Outcome, now: number): void {
    outcome.failed = true;
    outcome.at = now;
  }

  share(since: number, of: (values: Values) => boolean): { calls: number; failures: number } {
    const counted = this.#outcomes.filter(({ at, values }) => at > since && of(values));
    return { calls: counted.length, failures: counted.filter(({ failed }) => failed).length };
  }

  /** Holds a verdict against all that happened since the trial began. */
  check({ combination: { places, values: own }, own: told, others, since }: Culprit, now: number): void {
    const shares = (values: Values, without = -1) =>
      places.every((place, index) => place === without || values[place] === own[index]);
    const exact = this.share(since, (values) => shares(values));
    expect(told).toEqual(exact);
    expect(others).toEqual(this.share(since, (values) => !shares(values)));
    expect(exact.calls).toBeGreaterThanOrEqual(CHARGE.minimumCalls);
    expect(exact.failures / exact.calls).toBeGreaterThanOrEqual(CHARGE.ratio);
    expect(now - since).toBeLessThan(CHARGE.windowMs);
    for (const place of places) {
      const rest = this.share(since, (values) => shares(values, place) && !shares(values));
      expect(rest.calls).toBeGreaterThan(0);
      expect(rest.failures / rest.calls).toBeLessThan(exact.failures / exact.calls);
    }
  }
}

/** What is dead: for each attribute the value that it takes, or any. Every value of each is as frequent as the others. */
interface Fault {
  readonly sizes: readonly number[];
  readonly dead: readonly (string | undefined)[] | undefined;
  readonly noise: number;
  readonly gapMs: number;
  /** A pause, after so many calls. */
  readonly pauses: readonly { readonly after: number; readonly ms: number }[];
  readonly sketchBytes: number;
  readonly seed: number;
}

const anyFault: fc.Arbitrary<Fault> = fc
  .record({
    sizes: fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 3, max: 6 }), fc.constantFrom(5, 100, 100_000)),
    attributes: fc.constantFrom<readonly number[] | undefined>(undefined, [], [0], [1], [2], [0, 1], [0, 2], [1, 2]),
    noise: fc.constantFrom(0, 0, 0.01, 0.1),
    gapMs: fc.constantFrom(1e-6, 0.1, 1),
    pauses: fc.array(fc.record({ after: fc.nat(600), ms: fc.constantFrom(1, 499, 500, 1_000, 1e9) }), {
      maxLength: 4,
    }),
    sketchBytes: fc.constantFrom(32, 1_024, 65_536),
    seed: fc.integer(),
  })
  .map(({ attributes, ...rest }) => ({
    ...rest,
    dead: attributes && NAMES.map((_, place) => (attributes.includes(place) ? 'dead' : undefined)),
  }));

/** Fails a little everywhere, and has a sketch that takes one thing for another. */
const CROWDED: Fault = {
  sizes: [4, 6, 100_000],
  dead: undefined,
  noise: 0.1,
  gapMs: 0.1,
  pauses: [],
  sketchBytes: 32,
  seed: 1,
};

/** A finder and its model side by side, and what they come to. */
class Hearing {
  readonly found: Culprit[] = [];
  readonly bySuspects = new Set<string>();
  /** How many of the dead part's calls were sent until the first culprit was found. */
  deadCalls = 0;
  readonly bodies: Body[] = [];
  readonly #reading: Reading;
  readonly #finder: Finder;
  readonly #model = new Model();

  constructor({ sketchBytes, seed }: Fault) {
    const attributes = NAMES.map((name, place) => [name, (call: Call) => (call.input as Values)[place]] as const);
    this.#reading = new Reading(Object.fromEntries(attributes), seed);
    this.#finder = new Finder(CHARGE, NAMES.length, sketchBytes);
  }

  /** A call ended; its body dies later, if that is given. */
  end(outcome: Outcome, isDead: boolean, diesAfter?: number): void {
    if (this.#isOpen(outcome)) return;
    if (isDead && this.found.length === 0) this.deadCalls++;
    this.#model.add(outcome);
    this.#tell(outcome.at, () =>
      outcome.failed
        ? this.#finder.failed(this.#reading, outcome.at)
        : this.#finder.succeeded(this.#reading, outcome.at),
    );
    if (diesAfter !== undefined) this.bodies.push({ outcome, trials: this.#finder.trials, diesAfter });
  }

  /** A body died. */
  spoil({ outcome, trials }: Body, now: number): void {
    if (this.#isOpen(outcome)) return;
    this.bySuspects.add(trials === this.#finder.trials ? 'spoilt' : 'spoilt after a trial began');
    this.#model.spoil(outcome, now);
    this.#tell(now, () => this.#finder.failed(this.#reading, now, trials));
  }

  /** Reads it, too. */
  #isOpen({ values }: Outcome): boolean {
    this.#reading.read({ input: values } as unknown as Call); // its attributes look at nothing else
    return this.found.some(({ combination }) => combination.has(this.#reading));
  }

  #tell(now: number, told: () => Culprit | undefined | void): void {
    const before = this.#finder.suspects;
    const culprit = told() ?? undefined;
    const { suspects } = this.#finder;
    if (suspects > before) this.bySuspects.add('suspected');
    if (suspects < before) this.bySuspects.add(culprit === undefined ? 'cleared' : 'convicted');
    if (suspects === PLACES) this.bySuspects.add('full');
    expect(suspects).toBeLessThanOrEqual(PLACES);
    if (culprit === undefined) return;
    this.#model.check(culprit, now);
    this.found.push(culprit);
  }
}

/** `late`: the share of failures that are successes at first. */
function run(fault: Fault, calls: number, late = 0): Hearing {
  const { sizes, dead, noise, gapMs, seed } = fault;
  const random = seededRandom(seed);
  const hearing = new Hearing(fault);
  let now = 0;
  for (let sent = 0; sent < calls; sent++) {
    now += gapMs + fault.pauses.reduce((sum, { after, ms }) => sum + (after === sent ? ms : 0), 0);
    const [body] = hearing.bodies;
    if (body !== undefined && body.diesAfter <= sent) {
      hearing.spoil(body, now);
      hearing.bodies.shift();
      continue;
    }
    // The first value is the dead one; a tenant that can be told has a third of the calls.
    const values = sizes.map((size, place) => {
      const value = place === 2 && size > 5 && random() < 0.3 ? 0 : Math.floor(random() * size);
      return value === 0 ? 'dead' : String(value);
    });
    const isDead = dead?.every((value, place) => value === undefined || value === values[place]) === true;
    const failed = isDead || random() < noise;
    const diesAfter = failed && late > 0 && random() < late ? sent + 1 + Math.floor(random() * 20) : undefined;
    hearing.end({ values, failed: failed && diesAfter === undefined, at: now }, isDead, diesAfter);
  }
  return hearing;
}

/** Whether it is quiet for so long that trials end before their time. */
const pauses = ({ pauses: all }: Fault): boolean => all.some(({ ms }) => ms >= CHARGE.windowMs / 2);

function nameOf(dead: NonNullable<Fault['dead']>): string {
  return `{${dead.flatMap((value, place) => (value === undefined ? [] : [`${NAMES[place]}=dead`])).join(',')}}`;
}

describe('Finder', () => {
  it('opens only what the plain model of all calls finds failing, and what is dead soon', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(anyFault, fc.constantFrom(0, 0, 0.5), (given, late) => {
        const { found, bySuspects, deadCalls } = run(given, 600, late);
        for (const each of bySuspects) visited.add(each);
        for (const { combination } of found) visited.add(`${combination.places.length} attributes`);
        if (given.dead === undefined && given.noise === 0) expect(found).toEqual([]);
        if (given.dead !== undefined && !pauses(given) && late === 0) expect(deadCalls).toBeLessThanOrEqual(BOUND);
      }),
      { numRuns: 500, examples: [[CROWDED, 0]] }, // of which few crowd the places of suspects
    );
    expect([...visited].sort()).toEqual([
      '0 attributes',
      '1 attributes',
      '2 attributes',
      'cleared',
      'convicted',
      'full',
      'spoilt',
      'spoilt after a trial began',
      'suspected',
    ]);
  });

  it('opens what is dead, by its own name, and nothing else, as far as chance allows', () => {
    const some = fc.sample(anyFault, { numRuns: 300, seed: 1 }).filter((given) => !pauses(given)); // the same every time
    expect(some.length).toBeGreaterThan(50);
    for (const given of some) {
      const names = run(given, 3_000).found.map(({ combination }) => combination.show(NAMES));
      expect(names).toEqual(given.dead === undefined ? [] : [nameOf(given.dead)]);
    }
  });
});
