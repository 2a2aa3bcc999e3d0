// A policy of one's own around a function.
// #region first
import { compose, wrap, type Policy } from '@inmesh/core';

const logged: Policy = (next) => async (call) => {
  console.log(`→ ${call.name}`);
  const result = await next(call);
  console.log(`← ${call.name}`);
  return result;
};

const greet = wrap(compose(logged), async function greet(_call, name: string) {
  return `hello ${name}`;
});
console.log(await greet('Ada'));
// #endregion

// Output:
// → greet
// ← greet
// hello Ada
