import { quietly, type Endpoint } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { Algorithm, Candidate, Learner } from './algorithm.ts';
import { Health, type HealthRules } from './health.ts';

/** One endpoint of a balancer and what was learned about it, which a new snapshot does not forget. */
export class Member implements Candidate {
  readonly key: string;
  readonly health: Health;
  endpoint: Endpoint;
  weight: number;
  inFlight = 0;
  removed = false;
  learned: Learner | undefined;
  readonly #algorithm: Algorithm | undefined;

  constructor(key: string, endpoint: Endpoint, rules: HealthRules, algorithm?: Algorithm) {
    this.key = key;
    this.health = new Health(rules);
    this.#algorithm = algorithm;
    this.learned = learnerOf(algorithm);
    this.endpoint = endpoint;
    this.weight = endpoint.weight ?? 1;
  }

  /** It returned from an ejection, and the call that tells how it is now is on its way. */
  get probing(): boolean {
    return this.inFlight > 0 && this.health.state === 'returned';
  }

  /** What was learned before an ejection says nothing about how it is after its return. */
  learnAnew(): void {
    quietly('algorithm', () => {
      this.learned = learnerOf(this.#algorithm);
    });
  }

  /** Takes what a new snapshot says; the same in other words leaves the object that others may know it by. */
  update(endpoint: Endpoint): void {
    if (sameFacts(this.endpoint, endpoint)) return;
    this.endpoint = endpoint;
    this.weight = endpoint.weight ?? 1;
  }
}

function learnerOf(algorithm: Algorithm | undefined): Learner | undefined {
  if (algorithm?.learn === undefined) return undefined;
  const learner: Learner | undefined = algorithm.learn(); // asked of a user's algorithm, not believed
  if (typeof learner?.settled === 'function') return learner;
  throw new TypeError(`learn of algorithm must give an object with a settled function, got ${show(learner)}`);
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
