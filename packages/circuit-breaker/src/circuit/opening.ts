import { publishError, quietly, type Random } from '@inmesh/core';
import { exponential } from '@inmesh/core/backoff';
import { nonNegativeMs, positiveMs, rejectUnknown, show } from '@inmesh/core/options';

/** A circuit that is about to open. */
export interface Opening {
  /** How often it opened since it was last closed, this time included: 1 at first, more where probes failed. */
  readonly times: number;
  /** What the outcome that opens it asked to wait (Retry-After), in ms, if it did. */
  readonly retryAfterMs: number | undefined;
  /** What opens it, in words. */
  readonly reason: string;
  /** The breaker's own chance. */
  readonly random: Random;
}

/** Says how long a circuit stays open, in ms, each time it opens. */
export interface OpenFor {
  (opening: Opening): number;
}

/** How the times grow, and how they are spread. */
export interface GrowingOptions {
  /** The first time, in ms (default: 5 s). */
  readonly baseMs?: number | undefined;
  /** The longest time, in ms (default: 300 s, or `baseMs` if that is longer). */
  readonly maxMs?: number | undefined;
  /** How much longer each time is than the one before, 1 or more (default: 2). */
  readonly factor?: number | undefined;
  /** `full` draws from 0 to the time, `equal` from half of it, `none` takes just that (default: `equal`). */
  readonly jitter?: 'full' | 'equal' | 'none' | undefined;
}

/**
 * Longer and longer while probes fail, and from the start again once the circuit was closed. The jitter keeps many
 * processes from probing in step. Its defaults are those of Finagle's failure accrual, 5 to 300 s with equal jitter.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ openForMs: growing({ baseMs: 1_000, maxMs: 60_000 }) });
 */
export function growing({
  baseMs = 5_000,
  maxMs = baseMs > 300_000 ? baseMs : 300_000,
  factor = 2,
  jitter = 'equal',
  ...unknown
}: GrowingOptions = {}): OpenFor {
  rejectUnknown(unknown, arguments[0]);
  const backoff = exponential({ baseMs, maxMs, factor, jitter });
  if (factor < 1) throw new RangeError(`factor must be 1 or more, got ${factor}`); // it would come to no time at all
  return ({ times, random }) => backoff(times, random, 0);
}

/** What to do without a Retry-After, or with too long a one. */
export interface HeedRetryAfterOptions {
  /** How long if nothing was asked: in ms, or a function such as {@link growing} (default: 5 s). */
  readonly otherwise?: number | OpenFor | undefined;
  /** The longest that is heeded, in ms (default: 60 s). */
  readonly maxMs?: number | undefined;
}

/**
 * As long as the response asked that opens the circuit: its Retry-After. One of 0, as is a date that has passed, asks for
 * nothing: it would leave the circuit open for no time at all.
 *
 * Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const breaker = circuitBreaker({ openForMs: heedRetryAfter({ otherwise: growing() }) });
 */
export function heedRetryAfter({ otherwise = 5_000, maxMs = 60_000, ...unknown }: HeedRetryAfterOptions = {}): OpenFor {
  rejectUnknown(unknown, arguments[0]);
  openForOf({ otherwise });
  positiveMs({ maxMs });
  return (opening) => {
    const { retryAfterMs } = opening;
    if (retryAfterMs !== undefined && retryAfterMs > 0) return Math.min(maxMs, retryAfterMs);
    return typeof otherwise === 'number' ? otherwise : otherwise(opening);
  };
}

/** A duration above 0, in ms, or a function that says one. */
export function openForOf(option: Readonly<Record<string, number | OpenFor>>): void {
  const [[name, value] = ['', undefined]] = Object.entries(option);
  if (typeof value === 'function') return;
  if (typeof value === 'number')
    positiveMs(option as Readonly<Record<string, number>>); // looked at just here
  else throw new TypeError(`${name} must be a positive number of milliseconds or a function, got ${show(value)}`);
}

/** How long it is to be now. A function that throws, or says no duration, has no say: what is wrong is published. */
export function openingMs(openForMs: number | OpenFor, opening: Opening): number {
  if (typeof openForMs === 'number') return openForMs;
  try {
    const ms: unknown = openForMs(opening); // asked of a user's function, not believed
    if (ms instanceof Promise) quietly('openForMs', () => ms); // an asynchronous one may reject
    return nonNegativeMs({ 'what openForMs gives': ms as number }); // which finds out
  } catch (error) {
    publishError('openForMs', error);
    return FALLBACK_MS;
  }
}

const FALLBACK_MS = 5_000;
