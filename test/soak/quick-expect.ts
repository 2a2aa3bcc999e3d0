// Stands in the place of vitest: `expect` passes at once over what is as it has to be, which takes vitest microseconds.
// Whatever else it is asked is asked of vitest's own, so that nothing passes here that would not there.
import { isDeepStrictEqual } from 'node:util';

import { expect as ask, type ExpectStatic } from 'vitest';

export * from 'vitest';

interface Matcher {
  (actual: unknown, expected: unknown, digits?: number): boolean;
}

const numbers =
  (pass: (actual: number, expected: number, digits?: number) => boolean): Matcher =>
  (actual, expected, digits) =>
    typeof actual === 'number' && typeof expected === 'number' && pass(actual, expected, digits);

/** Whether a matcher is certain to pass. */
const matchers: Readonly<Record<string, Matcher>> = {
  toBe: Object.is,
  toEqual: (actual, expected) => isPlain(actual) && isPlain(expected) && isDeepStrictEqual(actual, expected),
  toBeDefined: (actual) => actual !== undefined,
  toBeUndefined: (actual) => actual === undefined,
  toBeGreaterThan: numbers((actual, least) => actual > least),
  toBeGreaterThanOrEqual: numbers((actual, least) => actual >= least),
  toBeLessThan: numbers((actual, most) => actual < most),
  toBeLessThanOrEqual: numbers((actual, most) => actual <= most),
  toBeCloseTo: numbers((actual, expected, digits = 2) => Math.abs(actual - expected) < 10 ** -digits / 2),
};

/** Made of nothing but plain objects and arrays. Others may have more to compare than their fields, as what they iterate over. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isRecord = prototype === Object.prototype || prototype === null;
  return isRecord && Object.getOwnPropertySymbols(value).length === 0 && Object.values(value).every(isPlain);
}

class Quick {
  readonly actual: unknown;
  readonly message: string | undefined;

  constructor(actual: unknown, message: string | undefined) {
    this.actual = actual;
    this.message = message;
  }
}

/** What vitest has of that name, be it a matcher, or `not` and the like. */
function vitests({ actual, message }: Quick, name: PropertyKey): unknown {
  const assertion = ask(actual, message) as unknown as Record<PropertyKey, unknown>; // it has more than its type knows
  const found = assertion[name];
  if (typeof found !== 'function') return found;
  return (...expected: unknown[]): unknown => Reflect.apply(found, assertion, expected); // it cannot be bound
}

Object.setPrototypeOf(Quick.prototype, new Proxy({}, { get: (_, name, quick: Quick) => vitests(quick, name) }));
for (const [name, passes] of Object.entries(matchers)) {
  Object.defineProperty(Quick.prototype, name, {
    value(this: Quick, ...expected: [unknown, number?]): void {
      if (!passes(this.actual, ...expected)) (vitests(this, name) as (...given: typeof expected) => void)(...expected); // so it is
    },
  });
}

const quick = (actual: unknown, message?: string): Quick => new Quick(actual, message);

/** What is not above is vitest's. */
export const expect: ExpectStatic = Object.setPrototypeOf(quick, ask) as ExpectStatic; // which it is by its prototypes
