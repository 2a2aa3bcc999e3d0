import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Bucket } from './bucket.ts';
import { Place, Queue } from './queue.ts';

const TIMER_LATE_MS = 20;

/** What is to happen, in whole thousandths of a token. Costs and times are whole, and so are all waits at these rates. */
interface Model {
  readonly rate: number;
  readonly burst: number;
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  now: number;
  latest: number;
  level: number;
  waiting: Waiting[];
  served: Waiting[];
  readonly events: string[];
  readonly visited: Set<string>;
}

interface Waiting {
  readonly id: number;
  readonly cost: number;
  readonly deadline: number;
  /** As it was on arrival, less what those who left before it would have taken, and more only after a block. */
  dueAt: number;
}

class Standing extends Place {
  readonly id: number;
  readonly #events: string[];

  constructor(id: number, cost: number, deadline: number, events: string[]) {
    super(cost, deadline);
    this.id = id;
    this.#events = events;
  }

  override serve(): void {
    this.#events.push(`${this.id} served`);
  }

  override refuse(waitMs: number): void {
    this.#events.push(`${this.id} refused, ${waitMs} ms`);
  }
}

interface Real {
  readonly queue: Queue;
  readonly places: Standing[];
  readonly events: string[];
}

const waitMs = (model: Model, tokens: number): number =>
  Math.max(
    0,
    (tokens * 1000 - model.level) / model.rate + (model.level < tokens * 1000 ? model.latest - model.now : 0),
  );
const sum = (waiting: readonly Waiting[]): number => waiting.reduce((cost, each) => cost + each.cost, 0);

/** Time passes up to now: the bucket fills, whose turn has come is served, who cannot be in time is refused. */
function settle(model: Model): void {
  model.level += Math.max(0, model.now - model.latest) * model.rate;
  model.latest = Math.max(model.latest, model.now);
  const most = model.burst * 1000 + (model.waiting.length > 0 ? TIMER_LATE_MS * model.rate : 0);
  const lost = model.waiting.length > 0 && model.level > most;
  model.level = Math.min(model.level, most);
  for (
    let first = model.waiting[0];
    first !== undefined && model.level >= first.cost * 1000;
    first = model.waiting[0]
  ) {
    model.level -= first.cost * 1000;
    model.waiting.shift();
    model.served.push(first);
    model.events.push(`${first.id} served`);
    model.visited.add(model.now > first.dueAt ? 'served late, in order' : 'served in order');
  }
  if (model.waiting.length === 0) model.level = Math.min(model.level, model.burst * 1000);
  if (lost) refuseLate(model);
}

function refuseLate(model: Model): void {
  model.visited.add('tokens lost while blocked');
  const inTime: Waiting[] = [];
  for (const each of model.waiting) {
    const wait = waitMs(model, sum(inTime) + each.cost);
    if (each.deadline <= model.now) model.visited.add('overdue deadline left to others');
    if (each.deadline <= model.now || model.now + wait < each.deadline) {
      each.dueAt = model.now + wait;
      inTime.push(each);
    } else {
      model.events.push(`${each.id} refused, ${wait} ms`);
      model.visited.add('refused in the queue');
    }
  }
  model.waiting = inTime;
}

function agree(model: Model, { queue, places, events }: Real): void {
  expect(events).toEqual(model.events);
  expect(places.filter(({ queued }) => queued).map(({ id }) => id)).toEqual(model.waiting.map(({ id }) => id));
  expect(queue.size).toBe(model.waiting.length);
  expect(queue.tokens(model.now)).toBe(Math.max(0, model.level / 1000 - sum(model.waiting)));
  expect(queue.waitMs(1, model.now)).toBe(waitMs(model, sum(model.waiting) + 1));
  const [first] = model.waiting;
  expect(model.now + queue.dueInMs(model.now)).toBe(first?.dueAt ?? Infinity);
}

type Step = fc.Command<Model, Real>;

class Arrive implements Step {
  readonly cost: number;
  /** How long after its turn its deadline is; below 0: before. */
  readonly marginMs: number;

  constructor(cost: number, marginMs: number) {
    this.cost = cost;
    this.marginMs = marginMs;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    real.queue.advance(model.now); // as whoever asks for a place does
    settle(model);
    const deadline = model.now + waitMs(model, sum(model.waiting) + this.cost) + this.marginMs;
    const atOnce = model.waiting.length === 0 && model.level >= this.cost * 1000;
    expect(real.queue.take(this.cost, model.now)).toBe(atOnce);
    if (atOnce) {
      model.level -= this.cost * 1000;
      model.visited.add('served at once');
    } else {
      const refused = this.#objection(model, deadline);
      expect(real.queue.objection(this.cost, deadline, model.now)).toBe(refused);
      model.visited.add(refused === undefined ? 'queued' : `refused: ${refused}`);
      if (refused === undefined) this.#join(model, real, deadline);
    }
    agree(model, real);
  }

  #objection(model: Model, deadline: number): string | undefined {
    if (model.maxQueue === 0) return 'no-token';
    if (model.waiting.length === model.maxQueue) return 'queue-full';
    const wait = waitMs(model, sum(model.waiting) + this.cost);
    if (wait > model.maxWaitMs) return 'wait-too-long';
    return model.now + wait >= deadline ? 'deadline' : undefined;
  }

  #join(model: Model, { queue, places, events }: Real, deadline: number): void {
    const { cost } = this;
    if (model.waiting.some((each) => each.cost > cost)) model.visited.add('a cheaper one waits behind');
    if (model.waiting.length === 0 && model.level > 0) model.visited.add('waits although some tokens are there');
    const id = places.length;
    model.waiting.push({ id, cost, deadline, dueAt: model.now + waitMs(model, sum(model.waiting) + cost) });
    const place = new Standing(id, cost, deadline, events);
    places.push(place);
    queue.join(place);
  }

  toString(): string {
    return `arrive(${this.cost}, ${this.marginMs} ms)`;
  }
}

class Abort implements Step {
  readonly which: number;

  constructor(which: number) {
    this.which = which;
  }

  check({ waiting }: Readonly<Model>): boolean {
    return waiting.length > 0;
  }

  run(model: Model, real: Real): void {
    const index = this.which % model.waiting.length;
    const [gone] = model.waiting.splice(index, 1) as [Waiting];
    model.visited.add(index === 0 ? 'first aborted in queue' : 'another aborted in queue');
    const behind = model.waiting.slice(index);
    const before = model.served.length;
    settle(model);
    for (const each of behind) each.dueAt -= (gone.cost * 1000) / model.rate;
    if (model.served.length > before) model.visited.add('served as one before it was aborted');
    const place = real.places[gone.id] as Standing;
    real.queue.leave(place);
    real.queue.leave(place); // once more does nothing
    real.queue.advance(model.now);
    agree(model, real);
  }

  toString(): string {
    return `abort(${this.which})`;
  }
}

/** One who was served is aborted before it was sent. */
class PutBack implements Step {
  check({ served }: Readonly<Model>): boolean {
    return served.length > 0;
  }

  run(model: Model, real: Real): void {
    settle(model);
    real.queue.advance(model.now);
    const { cost } = model.served.pop() as Waiting;
    model.level += cost * 1000;
    for (const each of model.waiting) each.dueAt -= (cost * 1000) / model.rate;
    settle(model);
    real.queue.putBack(cost);
    real.queue.advance(model.now);
    model.visited.add('tokens put back');
    agree(model, real);
  }

  toString(): string {
    return 'putBack';
  }
}

class Pass implements Step {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    model.now += this.ms;
    real.queue.advance(model.now);
    settle(model);
    agree(model, real);
  }

  toString(): string {
    return `pass(${this.ms} ms)`;
  }
}

/** The timer rings when it was set for, or a little later. */
class Ring implements Step {
  readonly lateMs: number;

  constructor(lateMs: number) {
    this.lateMs = lateMs;
  }

  check({ waiting }: Readonly<Model>): boolean {
    return waiting.length > 0;
  }

  run(model: Model, real: Real): void {
    const [first] = model.waiting as [Waiting];
    model.now += real.queue.dueInMs(model.now) + this.lateMs;
    real.queue.advance(model.now);
    settle(model);
    expect(first).toBe(model.served.find(({ id }) => id === first.id));
    agree(model, real);
  }

  toString(): string {
    return `ring(${this.lateMs} ms late)`;
  }
}

const arrive = (marginMs: fc.Arbitrary<number>) =>
  fc.tuple(fc.integer({ min: 1, max: 5 }), marginMs).map(([cost, ms]) => new Arrive(cost, ms));
const patient = arrive(fc.constant(Infinity));
const hurried = arrive(fc.integer({ min: -20, max: 100 }));
const steps = [
  patient,
  patient,
  hurried,
  hurried,
  hurried,
  hurried,
  hurried,
  fc.nat(9).map((which) => new Abort(which)),
  fc.constant(new PutBack()),
  fc.integer({ min: 0, max: 40 }).map((ms) => new Pass(ms)),
  fc.constantFrom(-50, 1e9).map((ms) => new Pass(ms)),
  fc.constantFrom(200, 300, 400, 600).map((ms) => new Pass(ms)),
  fc.constant(new Ring(0)),
  fc.integer({ min: 0, max: TIMER_LATE_MS }).map((ms) => new Ring(ms)),
];

const limits = fc.record({
  rate: fc.constantFrom(5, 20, 50, 50, 100, 200, 500),
  burst: fc.integer({ min: 5, max: 8 }),
  maxQueue: fc.constantFrom(0, 1, 3, 100, 100, 100),
  maxWaitMs: fc.constantFrom(100, Infinity, Infinity),
});

describe('Queue', () => {
  it('serves, refuses and forgets as the plain model does, whatever comes in whatever order', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(limits, fc.commands(steps, { maxCommands: 120, size: 'max' }), (limit, commands) => {
        fc.modelRun(() => {
          const { rate, burst, maxQueue, maxWaitMs } = limit;
          const full = { now: 0, latest: 0, level: burst * 1000, waiting: [], served: [], events: [] };
          const queue = new Queue(new Bucket(rate, burst), maxQueue, maxWaitMs);
          queue.tokens(0); // time that goes backwards is known from the first look
          return { model: { ...limit, ...full, visited }, real: { queue, places: [], events: [] } };
        }, commands);
      }),
      { numRuns: 500 },
    );

    expect([...visited].sort()).toEqual([
      'a cheaper one waits behind',
      'another aborted in queue',
      'first aborted in queue',
      'overdue deadline left to others',
      'queued',
      'refused in the queue',
      'refused: deadline',
      'refused: no-token',
      'refused: queue-full',
      'refused: wait-too-long',
      'served as one before it was aborted',
      'served at once',
      'served in order',
      'served late, in order',
      'tokens lost while blocked',
      'tokens put back',
      'waits although some tokens are there',
    ]);
  });
});
