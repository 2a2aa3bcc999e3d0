import type { Policy } from './handler.ts';

/**
 * A policy with members: a class that extends this makes functions, which share the methods and getters of the class and
 * have its private fields. Members of each function's own take a kilobyte, and there may be a policy per key.
 *
 * @example
 * class Counted extends PolicyObject {
 *   #calls = 0;
 *
 *   constructor() {
 *     super((next) => (call) => {
 *       this.#calls++;
 *       return next(call);
 *     });
 *   }
 *
 *   get calls(): number {
 *     return this.#calls;
 *   }
 * }
 */
export const PolicyObject: abstract new (policy: Policy) => Policy = /* @__PURE__ */ Object.defineProperties(
  function (policy: Policy): unknown {
    return Object.setPrototypeOf(policy, new.target.prototype as object); // what becomes `this`
  },
  { name: { value: 'PolicyObject' }, prototype: { value: Function.prototype } },
) as unknown as abstract new (
  policy: Policy,
) => Policy; // what it makes is the policy it was given
