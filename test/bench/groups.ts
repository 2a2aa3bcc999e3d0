import type { Group } from './case.ts';
import { group as balancer } from './groups/balancer.ts';
import { closed, open } from './groups/breaker.ts';
import { group as bucket } from './groups/bucket.ts';
import { group as detecting } from './groups/detectors.ts';
import { group as fetching } from './groups/fetch.ts';
import { group as inFlight } from './groups/in-flight.ts';
import { group as keyed } from './groups/keyed.ts';
import { counter, counterBound, histogramBound } from './groups/metrics.ts';
import { group as retry } from './groups/retry.ts';
import { group as slicing } from './groups/slices.ts';
import { read, unread } from './groups/stack.ts';

/** In the order of the report. */
export const groups: readonly Group[] = [
  closed,
  open,
  detecting,
  slicing,
  unread,
  read,
  retry,
  bucket,
  keyed,
  counterBound,
  counter,
  histogramBound,
  balancer,
  inFlight,
  fetching,
];
