import { show, text } from '@inmesh/core/options';

import type { Registry } from './registry.ts';
import { OVERFLOW_LABEL } from './series-tree.ts';

/** What Prometheus takes for the name of a metric. */
export function metricName(option: Readonly<Record<string, string>>): string {
  const [[what, name] = ['name', '']] = Object.entries(option);
  if (typeof name !== 'string') throw new TypeError(`${what} must be a string, got ${show(name)}`);
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))
    throw new RangeError(`${what} must be letters, digits, "_" and ":", no digit first, got ${show(name)}`);
  return name;
}

/** What a metric measures, in words. */
export function helpText(option: { readonly help: string }): string {
  const help = text(option);
  if (help.trim() === '') throw new RangeError(`help must not be blank, got ${show(help)}`);
  return help;
}

/** What makes the lines of a histogram, and of a summary, differ: whoever reads the text takes them for that. */
const RESERVED: readonly string[] = ['le', 'quantile', OVERFLOW_LABEL];

/** Names that Prometheus takes for labels, each once and none with a meaning of its own. */
export function namesOfLabels<L extends string>(labelNames: readonly L[]): readonly L[] {
  if (!Array.isArray(labelNames)) throw new TypeError(`labelNames must be an array, got ${show(labelNames)}`);
  for (const [index, name] of labelNames.entries()) {
    if (typeof name !== 'string') throw new TypeError(`labelNames must be strings, got ${show(name)}`);
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      throw new RangeError(`labelNames must be letters, digits and "_", no digit first, got ${show(name)}`);
    if (name.startsWith('__')) throw new RangeError(`labelNames must not begin with "__", got ${show(name)}`);
    if (RESERVED.includes(name)) throw new RangeError(`labelNames must not have ${show(name)}, which is reserved`);
    if (labelNames.indexOf(name) !== index) throw new RangeError(`labelNames must not repeat, got ${show(name)} twice`);
  }
  return [...labelNames];
}

/** A registry. */
export function registryOf(option: { readonly registry: Registry }): Registry {
  const { registry } = option;
  if (typeof registry?.together !== 'function')
    throw new TypeError(`registry must come from createRegistry, got ${show(registry)}`);
  return registry;
}

/** Upper bounds that grow. The last bucket, without a bound, is not among them. */
export function bounds(buckets: readonly number[]): Float64Array {
  if (!Array.isArray(buckets)) throw new TypeError(`buckets must be an array of numbers, got ${show(buckets)}`);
  for (const [index, bound] of buckets.entries()) {
    if (typeof bound !== 'number') throw new TypeError(`buckets must be numbers, got ${show(bound)}`);
    if (!Number.isFinite(bound)) throw new RangeError(`buckets must be finite numbers, got ${show(bound)}`);
    const before: unknown = buckets[index - 1];
    if (typeof before === 'number' && !(bound > before))
      throw new RangeError(`buckets must grow, got ${show(bound)} after ${show(before)}`);
  }
  return Float64Array.from(buckets);
}

/** A share from 0 to 1. */
export function share(what: string, value: unknown): number {
  const number = numeric(what, value);
  if (!(number >= 0 && number <= 1)) throw new RangeError(`${what} must be from 0 to 1, got ${show(value)}`);
  return number;
}

/** A number, of whatever size, infinite or none. */
export function numeric(what: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${what} must be a number, got ${show(value)}`);
  return value;
}

/** A finite number. */
export function finite(what: string, value: unknown): number {
  const number = numeric(what, value);
  if (!Number.isFinite(number)) throw new RangeError(`${what} must be finite, got ${show(value)}`);
  return number;
}
