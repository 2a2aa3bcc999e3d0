import type { Fault } from './fault.ts';
import { halfOpenings } from './faults/half-open.ts';
import { lateResults } from './faults/late-results.ts';
import { sharing } from './faults/sharing.ts';
import { throwing } from './faults/throwing.ts';
import { verdicts } from './faults/verdicts.ts';
import { windows } from './faults/windows.ts';

/** All that are replayed, in the order of the table. */
export const faults: readonly Fault[] = [
  ...lateResults,
  ...halfOpenings,
  ...windows,
  ...verdicts,
  ...throwing,
  ...sharing,
];
