import { strictEqual } from 'node:assert/strict';

import { compose, wrap } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

import { answersOne, type Case, type Group } from '../case.ts';
import { cockatiels, type Cockatiel } from '../contenders.ts';
import type { Peer } from '../peers.ts';

const IN_FLIGHT = 1_000;
const MOST_TURNS = 16;

export const group: Group = {
  name: 'in-flight',
  work: 'A call under a total and an attempt timeout and retry, 1,000 in flight, answered up to 16 turns of the event loop later',
  longer: 10,
  async cases() {
    const random = seededRandom(3);
    const turns = new Turns();
    const answer = async (): Promise<number> => {
      await turns.later(1 + Math.floor(random() * MOST_TURNS));
      return 1;
    };
    return [
      crowd('bare', undefined, answer),
      crowd('bare', 'again', answer),
      crowd('inmesh', undefined, wrap(compose(timeout(2_000), retry(), timeout(500)), answer)),
      ...(await cockatiels()).map((peer) => cockatiel(peer, answer)),
    ];
  },
};

function cockatiel({ by, module }: Peer<Cockatiel>, answer: () => Promise<number>): Case {
  const { ConstantBackoff, handleAll, TimeoutStrategy } = module;
  const how = { strategy: TimeoutStrategy.Cooperative, abortOnReturn: false };
  const policy = module.wrap(
    module.timeout(2_000, how),
    module.retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(1) }),
    module.timeout(500, how),
  );
  return crowd(
    by,
    undefined,
    () => policy.execute(answer),
    'abortOnReturn: false; a timer and a signal for each timeout',
  );
}

/** Keeps so many calls in flight. */
function crowd(by: string, how: string | undefined, call: () => Promise<number>, differs?: string): Case {
  return {
    by,
    how,
    differs,
    check: () => answersOne(call),
    async loop(times) {
      let begun = 0;
      let answered = 0;
      async function caller(): Promise<void> {
        while (begun++ < times) {
          const answer = await call();
          answered += answer;
        }
      }
      await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, times) }, caller));
      strictEqual(answered, times);
    },
  };
}

/** Lets waits end some turns of the event loop later; one immediate a turn serves them all. */
class Turns {
  #now = 0;
  #waiting = 0;
  readonly #due: (() => void)[][] = Array.from({ length: MOST_TURNS + 1 }, () => []);

  later(turns: number): Promise<void> {
    if (this.#waiting++ === 0) setImmediate(this.#turn);
    return new Promise((resolve) => this.#due[(this.#now + turns) % this.#due.length]?.push(resolve));
  }

  readonly #turn = (): void => {
    const due = this.#due[++this.#now % this.#due.length] ?? [];
    this.#waiting -= due.length;
    for (const resolve of due.splice(0)) resolve();
    if (this.#waiting > 0) setImmediate(this.#turn);
  };
}
