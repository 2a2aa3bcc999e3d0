import { seededRandom } from '@inmesh/core/testing';

import { burst } from './faults.ts';
import type { DemoOptions } from './options.ts';
import { services, type Service } from './services.ts';

/** A call that is to start at its time, whatever is pending. */
export interface Arrival {
  /** Since the start, in ms. */
  readonly at: number;
  readonly service: Service;
  readonly item: number;
}

/** How many calls the burst adds, as a share of all the usual ones. */
const burstShare = 1.1;

/** Calls at random times (a Poisson process), the same for the same options; more to billing while its burst lasts. */
export function traffic({ seconds, rate, seed }: DemoOptions): Arrival[] {
  const random = seededRandom(seed);
  const usual = poisson(random, rate, 0, seconds * 1000, () =>
    random() < services.catalog.share ? 'catalog' : 'billing',
  );
  const { from, to } = burst(seconds);
  const more = poisson(random, rate * burstShare, from, to, () => 'billing');
  return [...usual, ...more].sort((a, b) => a.at - b.at);
}

function poisson(random: () => number, rate: number, from: number, to: number, service: () => Service): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let at = from; ; ) {
    at -= (Math.log(1 - random()) * 1000) / rate;
    if (at >= to) return arrivals;
    arrivals.push({ at, service: service(), item: Math.floor(random() * 1e6) });
  }
}
