import { balancers } from './balancer.ts';
import { inFlight, queued } from './in-flight.ts';
import { keyedBreakers, keyedBuckets, keyedTokenBuckets } from './keyed.ts';
import type { Subject } from './subject.ts';

/** In the order of the report. */
export const subjects: readonly Subject[] = [
  inFlight,
  queued,
  keyedBreakers,
  keyedBuckets,
  keyedTokenBuckets,
  ...balancers,
];
