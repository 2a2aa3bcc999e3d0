import type { Clock, Judge } from '@inmesh/core';

/** One option under its own name, as in `positiveMs({ openForMs })`, so that the error can name it. */
type Option<T> = Readonly<Record<string, T>>;

/** Refuses what is left of an options object once the known ones were taken, and what is no options object at all. */
export function rejectUnknown(unknown: object, given?: unknown): void {
  if (given !== undefined && (typeof given !== 'object' || Array.isArray(given))) {
    const hint = typeof given === 'function' ? ': a policy is made first, as in retry(), not retry' : '';
    throw new TypeError(`options must be an object, got ${show(given)}${hint}`);
  }
  for (const name of Object.keys(unknown)) throw new TypeError(`unknown option: ${name}`);
}

/** A number above 0. */
export function positive(option: Option<number>): number {
  return numeric(option, 'a positive number', (value) => value > 0);
}

/** A duration above 0, in milliseconds. */
export function positiveMs(option: Option<number>): number {
  return numeric(option, 'a positive number of milliseconds', (value) => value > 0);
}

/** A duration of 0 or more, in milliseconds. */
export function nonNegativeMs(option: Option<number>): number {
  return numeric(option, 'a number of milliseconds, 0 or more', (value) => value >= 0);
}

/** A share above 0, at most 1. */
export function ratio(option: Option<number>): number {
  return numeric(option, 'a ratio above 0, at most 1', (value) => value > 0 && value <= 1);
}

/** A share from 0 to 1. */
export function ratioOrZero(option: Option<number>): number {
  return numeric(option, 'a ratio from 0 to 1', (value) => value >= 0 && value <= 1);
}

/** A whole number of 1 or more. */
export function count(option: Option<number>): number {
  return numeric(option, 'a whole number of 1 or more', (value) => Number.isInteger(value) && value >= 1);
}

/** A whole number of 0 or more. */
export function countOrZero(option: Option<number>): number {
  return numeric(option, 'a whole number of 0 or more', (value) => Number.isInteger(value) && value >= 0);
}

/** One of a few words. */
export function oneOf<T extends string>(option: Option<T>, words: readonly T[]): T {
  const [name, value] = only(option);
  if (words.includes(value)) return value;
  const message = `${name} must be ${words.map((word) => `'${word}'`).join(' or ')}, got ${show(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** A string that is not empty. */
export function text(option: Option<string>): string {
  const [name, value] = only(option);
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${name} must be a non-empty string, got ${show(value)}`);
  return value;
}

/** A function. */
export function callable<T>(option: Option<T>): T {
  const [name, value] = only(option);
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, got ${show(value)}`);
  return value;
}

/** A clock. */
export function clockOf(option: Option<Clock>): Clock {
  const [name, value] = only(option);
  for (const member of CLOCK_MEMBERS) {
    if (typeof value?.[member] !== 'function')
      throw new TypeError(`${name} must be a clock, got ${show(value)} without ${member}()`);
  }
  return value;
}

const CLOCK_MEMBERS = ['now', 'wall', 'setTimeout', 'clearTimeout', 'afterPoll'] as const;

/** What judges outcomes before the protocol does, if anything. */
export function judgeOf<J extends Judge | undefined>(option: Option<J>): J {
  const [name, value] = only(option);
  if (value === undefined) return value;
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be an object with ofResult or ofError, got ${show(value)}`);
  for (const member of Object.keys(value))
    if (member !== 'ofResult' && member !== 'ofError') throw new TypeError(`unknown member of ${name}: ${member}`);
  for (const member of ['ofResult', 'ofError'] as const) {
    if (value[member] !== undefined && typeof value[member] !== 'function')
      throw new TypeError(`${member} of ${name} must be a function, got ${show(value[member])}`);
  }
  return value;
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value);
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return `a ${typeof value}`;
}

function numeric(option: Option<number>, wanted: string, holds: (value: number) => boolean): number {
  const [name, value] = only(option);
  if (typeof value !== 'number') throw new TypeError(`${name} must be ${wanted}, got ${show(value)}`);
  if (!Number.isFinite(value) || !holds(value)) throw new RangeError(`${name} must be ${wanted}, got ${show(value)}`);
  return value;
}

function only<T>(option: Option<T>): [string, T] {
  const [entry] = Object.entries(option);
  if (entry === undefined) throw new TypeError('no option to check');
  return entry;
}
