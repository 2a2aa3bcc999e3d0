import { circuitBreaker, type CircuitBreakerOptions } from '@inmesh/circuit-breaker';
import { systemClock, systemRandom, type Clock, type Judge, type Random } from '@inmesh/core';
import { callable, count, oneOf, positiveMs, ratio as checkRatio, rejectUnknown, show } from '@inmesh/core/options';

import { Finder } from './slices/finder.ts';
import type { OpenSlice } from './slices/open-slices.ts';
import { Reading, type Attribute, type AttributeValue } from './slices/reading.ts';
import { Sliced, type Slices } from './slices/sliced.ts';
import type { SlicesCounts } from './slices/watch.ts';

export type { Attribute, AttributeValue, OpenSlice, Slices, SlicesCounts };

/** By what calls are told apart, when a part of them is refused, and how it comes back. */
export interface SlicesOptions {
  /**
   * What tells calls apart: for each name a function that reads the attribute off a call, as in `{ shard: (call) => … }`;
   * 1 to 4. `undefined`, `null` and
   * more than 256 characters mean that the call has none. Each is asked up to twice for a call, before or after
   * it, and never while all is well, so it should be quick and change nothing.
   */
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** How many attributes a combination has at most (default: 2). */
  readonly maxDepth?: number | undefined;
  /** The share of failures from which on a part of the calls is to blame, above 0, at most 1 (default: 0.5). */
  readonly ratio?: number | undefined;
  /** How many of a part's calls it takes to tell; five times as many if it fails only in part (default: 20). */
  readonly minimumCalls?: number | undefined;
  /** Within what time these calls have to come, in ms (default: 10 s). */
  readonly windowMs?: number | undefined;
  /** How many slices may be open at a time; beyond, none is opened (default: 32). */
  readonly maxOpen?: number | undefined;
  /** How much memory the counters of failures take, in bytes, 1024 or more (default: 262144). */
  readonly sketchBytes?: number | undefined;
  /** How long a slice stays open before calls may probe, as of `circuitBreaker` (default: 5 s). */
  readonly openForMs?: NonNullable<CircuitBreakerOptions['openForMs']> | undefined;
  /** How an open slice finds out that it may close, as of `circuitBreaker` (default: 1). */
  readonly halfOpen?: NonNullable<CircuitBreakerOptions['halfOpen']> | undefined;
  /** How long a probe keeps its place, in ms (default: 5 s). */
  readonly leaseMs?: number | undefined;
  /** `observing` opens slices and tells of them, and refuses nothing (default: `automatic`). */
  readonly mode?: 'automatic' | 'observing' | undefined;
  /** Whether pushback (429) counts as a failure (default: false). */
  readonly countPushback?: boolean | undefined;
  /** The circuits of slices are named after it, as in `stock{shard=2}` (default: `slices`). */
  readonly name?: string | undefined;
  /** Its own word on outcomes, before the protocol's. */
  readonly judge?: Judge | undefined;
  /** Where time comes from (default: `systemClock`). */
  readonly clock?: Clock | undefined;
  /** Where the seed of its hashes comes from, and what the circuits draw from (default: `systemRandom`). */
  readonly random?: Random | undefined;
}

/**
 * Refuses the part of the calls that fails, and only that: finds the smallest combination of attributes that explains the
 * failures, and opens a circuit for it. One dead shard is `{shard=2}`, one report of one customer `{route=/report,tenant=x}`,
 * a service that is down as a whole `{}`.
 *
 * What it remembers does not grow with how many values there are, and no part is ever refused for what another part did:
 * before one is opened, its own calls are counted exactly.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option. An attribute that throws harms no call.
 *
 * @example
 * const perShard = slices({ attributes: { shard: (call) => call.get(shard), tenant: (call) => call.get(tenant) } });
 * const read = wrap(perShard, ({ signal }, id: string) => db.read(id, { signal }));
 */
export function slices({
  attributes,
  maxDepth = 2,
  ratio = 0.5,
  minimumCalls = 20,
  windowMs = 10_000,
  maxOpen = 32,
  sketchBytes = 262_144,
  openForMs = 5_000,
  halfOpen = 1,
  leaseMs = 5_000,
  mode = 'automatic',
  countPushback = false,
  name = 'slices',
  judge,
  clock = systemClock,
  random = systemRandom,
  ...unknown
}: SlicesOptions): Slices {
  rejectUnknown(unknown, arguments[0]);
  const selectors = attributesOf(attributes);
  count({ maxDepth });
  checkRatio({ ratio });
  count({ minimumCalls });
  positiveMs({ windowMs });
  count({ maxOpen });
  if (count({ sketchBytes }) < FEWEST_BYTES)
    throw new RangeError(`sketchBytes must be ${FEWEST_BYTES} or more, got ${sketchBytes}`);
  oneOf({ mode }, ['automatic', 'observing']);
  const circuit = { openForMs, halfOpen, leaseMs, mode, countPushback, clock, random, ...(judge && { judge }) };
  circuitBreaker({ ...circuit, name }); // checks what is its own

  const places = Object.keys(selectors).length;
  const charge = { ratio, minimumCalls, windowMs, maxDepth: Math.min(maxDepth, places) };
  const reading = new Reading(selectors, Math.floor(random() * 2 ** 32));
  const finder = new Finder(charge, places, sketchBytes);
  return new Sliced({ name, reading, finder, maxOpen, circuit, countPushback, judge, clock });
}

const MOST_ATTRIBUTES = 4;
const FEWEST_BYTES = 1024;

/** A copy, so that what is changed later changes nothing. */
function attributesOf(attributes: Readonly<Record<string, Attribute>>): Readonly<Record<string, Attribute>> {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes))
    throw new TypeError(`attributes must be an object of functions, got ${show(attributes)}`);
  const names = Object.keys(attributes);
  if (names.length === 0 || names.length > MOST_ATTRIBUTES)
    throw new RangeError(`attributes must be 1 to ${MOST_ATTRIBUTES}, got ${names.length}`);
  for (const [name, attribute] of Object.entries(attributes)) callable({ [`attributes.${name}`]: attribute });
  return { ...attributes };
}
