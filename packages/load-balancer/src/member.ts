import type { Endpoint } from '@inmesh/core';

import type { Candidate } from './algorithm.ts';
import { Health, type HealthRules } from './health.ts';

/** One endpoint of a balancer and what was learned about it, which a new snapshot does not forget. */
export class Member implements Candidate {
  readonly key: string;
  readonly health: Health;
  endpoint: Endpoint;
  weight: number;
  inFlight = 0;
  removed = false;

  constructor(key: string, endpoint: Endpoint, rules: HealthRules) {
    this.key = key;
    this.health = new Health(rules);
    this.endpoint = endpoint;
    this.weight = endpoint.weight ?? 1;
  }

  /** It returned from an ejection, and the call that tells how it is now is on its way. */
  get probing(): boolean {
    return this.inFlight > 0 && this.health.state === 'returned';
  }

  /** Takes what a new snapshot says; the same in other words leaves the object that others may know it by. */
  update(endpoint: Endpoint): void {
    if (sameFacts(this.endpoint, endpoint)) return;
    this.endpoint = endpoint;
    this.weight = endpoint.weight ?? 1;
  }
}

/** What makes an endpoint the same in two snapshots. */
export function keyOf({ origin, host = '', servername = '' }: Endpoint): string {
  return `${origin}\n${host}\n${servername}`;
}

function sameFacts(one: Endpoint, other: Endpoint): boolean {
  const { metadata = {} } = one;
  const { metadata: others = {} } = other;
  const names = Object.keys(metadata);
  return (
    one.weight === other.weight &&
    names.length === Object.keys(others).length &&
    names.every((name) => name in others && Object.is(metadata[name], others[name]))
  );
}
