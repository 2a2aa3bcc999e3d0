// Stands in the place of fast-check: every property runs as often as FC_RUNS says, from FC_SEED, but never less often than
// it says itself, since a test may count what its runs came by.
import * as fc from 'fast-check';

export * from 'fast-check';

const least = Number(process.env['FC_RUNS']);
const seed = Number(process.env['FC_SEED']);

export const assert = ((property: fc.IRawProperty<unknown>, parameters: fc.Parameters<unknown> = {}) =>
  fc.assert(property, { ...parameters, numRuns: Math.max(parameters.numRuns ?? 0, least), seed })) as typeof fc.assert; // it has overloads

export default { ...fc.default, assert };
