import type { Endpoint, EndpointEvent, Random } from '@inmesh/core';

import type { Algorithm } from './algorithm.ts';
import type { Health, HealthRules } from './health.ts';
import { keyOf, Member } from './member.ts';

/** When endpoints are ejected, and how many at most. */
export interface EjectionRules extends HealthRules {
  readonly maxEjectedRatio: number;
  readonly panicRatio: number;
}

/** Hears of every endpoint that comes, goes, is ejected or returns, after it has happened. */
export type ChangeListener = (change: Omit<EndpointEvent, 'balancer' | 'subject'>) => void;

const ROUNDING = 1e-9; // 0.29 × 100 is a little less than 29

/** The endpoints of one balancer: which there are, and which of them may be chosen now. */
export class Endpoints {
  readonly #rules: EjectionRules;
  readonly #changed: ChangeListener;
  readonly #algorithm: Algorithm | undefined;
  #all: readonly Member[] = [];
  #available: readonly Member[] = this.#all;
  #ejected = 0;
  #firstReturn = Infinity;

  constructor(rules: EjectionRules, changed: ChangeListener, algorithm?: Algorithm) {
    this.#rules = rules;
    this.#changed = changed;
    this.#algorithm = algorithm;
  }

  get all(): readonly Member[] {
    return this.#all;
  }

  /** How many are ejected. While it is 0 all may be chosen, and nobody need know the time. */
  get ejected(): number {
    return this.#ejected;
  }

  /** Are so many ejected that ejection is ignored? Takes back whose time is up. */
  panics(now: number): boolean {
    if (now >= this.#firstReturn) this.#takeBack(now);
    return this.#tooMany();
  }

  /** Those that may be chosen: the same array while nothing changes. Takes back whose time is up. */
  available(now: number): readonly Member[] {
    if (now >= this.#firstReturn) this.#takeBack(now);
    return this.#available;
  }

  /** Takes a whole new list. Those that stay keep what was learned. Throws, and changes nothing, if one is there twice. */
  replace(snapshot: readonly Endpoint[], now: number): void {
    const known = new Map(this.#all.map((member) => [member.key, member]));
    const members = new Map<string, Member>();
    for (const endpoint of snapshot) {
      const key = keyOf(endpoint);
      if (members.has(key)) throw new RangeError(`endpoint ${endpoint.origin} is listed twice`);
      members.set(key, known.get(key) ?? new Member(key, endpoint, this.#rules, this.#algorithm));
    }
    for (const endpoint of snapshot) members.get(keyOf(endpoint))?.update(endpoint);
    const removed = this.#all.filter((member) => !members.has(member.key));
    for (const member of removed) member.removed = true;
    this.#all = [...members.values()];
    this.#refresh();
    for (const { endpoint } of removed)
      this.#changed({ endpoint, change: 'removed', reason: 'no longer listed', at: now });
    for (const { key, endpoint } of members.values())
      if (!known.has(key)) this.#changed({ endpoint, change: 'added', reason: 'newly listed', at: now });
  }

  /** A call that was sent to the member in this generation went well. Gives what `failed` wants to know if its body dies. */
  succeeded(member: Member, generation: number): number {
    return member.health.succeeded(generation);
  }

  /** A call that was sent to the member in this generation failed. */
  failed(member: Member, generation: number, ended: number, now: number, random: Random): void {
    if (now >= this.#firstReturn) this.#takeBack(now);
    if (!member.health.failed(generation, ended) || member.removed) return;
    if (this.#ejected + 1 > this.#rules.maxEjectedRatio * this.#all.length + ROUNDING) return;
    const reason = reasonOf(member.health);
    const ejectedForMs = member.health.eject(now, random);
    member.learnAnew();
    this.#refresh();
    this.#changed({ endpoint: member.endpoint, change: 'ejected', reason, ejectedForMs, at: now });
  }

  #takeBack(now: number): void {
    const returned = this.#all.filter((member) => member.health.returnIfDue(now));
    this.#refresh();
    for (const { endpoint } of returned)
      this.#changed({ endpoint, change: 'returned', reason: 'its time is up', at: now });
  }

  #refresh(): void {
    this.#ejected = 0;
    this.#firstReturn = Infinity;
    for (const { health } of this.#all) {
      if (health.state !== 'ejected') continue;
      this.#ejected++;
      this.#firstReturn = Math.min(this.#firstReturn, health.ejectedUntil);
    }
    const open = this.#ejected === 0 || this.#tooMany();
    this.#available = open ? this.#all : this.#all.filter(({ health }) => health.state !== 'ejected');
  }

  #tooMany(): boolean {
    return this.#ejected > this.#rules.panicRatio * this.#all.length + ROUNDING;
  }
}

function reasonOf({ state, consecutiveFailures }: Health): string {
  if (state === 'returned') return 'failed again after its return';
  return consecutiveFailures === 1 ? '1 failure' : `${consecutiveFailures} failures in a row`;
}
