// Stands in the place of fast-check: every property runs as often as FC_RUNS says, from FC_SEED.
import * as fc from 'fast-check';

export * from 'fast-check';

const runs = { numRuns: Number(process.env['FC_RUNS']), seed: Number(process.env['FC_SEED']) };

export const assert = ((property: fc.IRawProperty<unknown>, parameters: fc.Parameters<unknown>) =>
  fc.assert(property, { ...parameters, ...runs })) as typeof fc.assert; // it has overloads

export default { ...fc.default, assert };
