// Stands in the place of `vitest` in the bundle: what tests import from it, of the packages that Vitest is made of.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, test } from '@vitest/runner';
export { expectTypeOf } from 'expect-type';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

interface Extending {
  extend(expect: object, matchers: object): void;
}

const scope = globalThis as Record<PropertyKey, unknown>;

/** Vitest's matchers, under any runner. */
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  scope[ASYMMETRIC_MATCHERS_OBJECT],
);
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect as never);
(chai.expect as unknown as Extending).extend(expect, customMatchers); // JestExtend has added it

scope[GLOBAL_EXPECT] = expect; // where the matchers look for it
