import { endpoint, type Call, type Clock, type Handler, type Judge, type Random } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';
import type { Endpoints } from './endpoints.ts';
import { NoEndpointError } from './error.ts';
import { keyOf, Member } from './member.ts';
import { Sending } from './sending.ts';

/** What a balancer works with. */
export interface BalancerParts {
  readonly name: string;
  readonly endpoints: Endpoints;
  readonly algorithm: Algorithm;
  readonly judge: Judge | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

const MOST_OTHERS = 2; // endpoints that a refused sending is offered to
const NONE: readonly Member[] = [];

/** Chooses an endpoint for every sending, and another where a policy of ours refused the first. */
export class Balancer {
  readonly #parts: BalancerParts;
  readonly #first: Picker;
  readonly #again: Picker;

  constructor(parts: BalancerParts) {
    this.#parts = parts;
    this.#first = parts.algorithm.start();
    this.#again = parts.algorithm.start();
  }

  send<T>(next: Handler<T>, call: Call): Promise<T> {
    return this.#sendTo(undefined, next, call, NONE);
  }

  /** Without a `given` member it chooses one. In one function: V8 then compiles it by itself, with more of what it calls in it. */
  #sendTo<T>(given: Member | undefined, next: Handler<T>, call: Call, refused: readonly Member[]): Promise<T> {
    const now = this.#now();
    let chosen = given;
    if (chosen === undefined) {
      try {
        const available = this.#available(now);
        if (available.length === 0)
          throw new NoEndpointError({
            reason: 'none is listed',
            policy: this.#parts.name,
            captureStack: call.captureStacks,
          });
        if (call.attempt === 1) chosen = this.#pick(this.#first, available, call, now);
        if (chosen === undefined || chosen.probing || call.hasNoted(endpoint, chosen.endpoint))
          chosen = this.#chooseAgain(call, available, now);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const sending = new Sending(this.#parts, chosen, call, now);
    call.note(endpoint, chosen.endpoint);
    try {
      return next(call.with(endpoint, chosen.endpoint)).then(
        (result) => sending.settle(result),
        (error: unknown) => {
          const verdict = sending.fail(error);
          if (!(verdict.unsent && verdict.health === 'ignorable')) throw error;
          return this.#sendElsewhere(next, sending.call, [...refused, sending.member], error);
        },
      );
    } catch (error) {
      sending.fail(error); // a policy inside that throws instead of rejecting
      return Promise.reject(error);
    }
  }

  /** Offers what was refused to an endpoint that has not refused it; if there is none the refusal stands. */
  #sendElsewhere<T>(next: Handler<T>, call: Call, refused: readonly Member[], refusal: unknown): Promise<T> {
    if (refused.length > MOST_OTHERS || call.aborted) throw refusal;
    const now = this.#now();
    const available = this.#available(now);
    const other = available.length === 0 ? undefined : this.#chooseAgain(call, available, now);
    if (other === undefined || refused.includes(other)) throw refusal;
    return this.#sendTo(other, next, call, refused);
  }

  /** The time, if the algorithm learns. */
  #now(): number | undefined {
    const { algorithm, clock } = this.#parts;
    return algorithm.learn === undefined ? undefined : clock.now();
  }

  #available(now: number | undefined): readonly Member[] {
    const { endpoints, clock } = this.#parts;
    return endpoints.ejected === 0 ? endpoints.all : endpoints.available(now ?? clock.now());
  }

  /** One that the call has not been sent to; if it was sent to all, the one where that is longest ago. */
  #chooseAgain(call: Call, available: readonly Member[], now: number | undefined): Member {
    const tried = new Set<string>();
    for (const noted of call.noted(endpoint)) if (noted !== undefined) tried.add(keyOf(noted));
    const fresh = tried.size === 0 ? available : available.filter((member) => !tried.has(member.key));
    if (fresh.length === 0) return longestAgo(tried, available);
    const free = fresh.some((member) => member.probing) ? fresh.filter((member) => !member.probing) : fresh;
    return this.#pick(this.#again, free.length === 0 ? fresh : free, call, now);
  }

  #pick(picker: Picker, candidates: readonly Member[], call: Call, now: number | undefined): Member {
    const { random } = this.#parts;
    const chosen: Candidate | undefined =
      now === undefined ? picker.pick(candidates, random, call) : picker.pick(candidates, random, call, now);
    if (chosen instanceof Member) return chosen;
    throw new TypeError(`algorithm must pick one of its candidates, got ${show(chosen)}`);
  }
}

/** `tried` begins with what was tried last. */
function longestAgo(tried: ReadonlySet<string>, available: readonly Member[]): Member {
  const order = [...tried];
  return available.reduce((one, other) => (order.indexOf(other.key) > order.indexOf(one.key) ? other : one));
}
