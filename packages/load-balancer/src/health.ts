import type { Random } from '@inmesh/core';

/** An endpoint that `returned` from an ejection has not answered well since. */
export type HealthState = 'healthy' | 'ejected' | 'returned';

/** When an endpoint is ejected, and for how long. */
export interface HealthRules {
  readonly ejectAfterFailures: number;
  readonly ejectForMs: number;
  readonly maxEjectForMs: number;
}

/**
 * What is known of the health of one endpoint.
 *
 * Every ejection begins a new generation, and an outcome counts only in the generation that its call was sent in: what
 * was on its way when the endpoint was ejected says nothing about how it is after its return.
 */
export class Health {
  state: HealthState = 'healthy';
  consecutiveFailures = 0;
  ejectedUntil: number = -Infinity;
  generation = 0;
  readonly #rules: HealthRules;
  #level = 0; // how often the time was doubled, plus 1

  constructor(rules: HealthRules) {
    this.#rules = rules;
  }

  /** Gives how many failures in a row it ends, for {@link failed} in case that its body dies. */
  succeeded(generation: number): number {
    if (!this.#counts(generation)) return 0;
    const ended = this.consecutiveFailures;
    this.consecutiveFailures = 0;
    this.state = 'healthy';
    return ended;
  }

  /**
   * Gives whether it is time to eject. `ended` is of a success that turned out to be none when its body died: the failures
   * in a row that it seemed to end go on.
   */
  failed(generation: number, ended: number): boolean {
    if (!this.#counts(generation)) return false;
    this.consecutiveFailures = Math.max(this.consecutiveFailures, ended) + 1;
    return this.state === 'returned' || this.consecutiveFailures >= this.#rules.ejectAfterFailures;
  }

  /** Gives for how long, in ms. Each ejection lasts twice as long as the one before, and is between half of that and all of it. */
  eject(now: number, random: Random): number {
    const { ejectForMs, maxEjectForMs } = this.#rules;
    // Every period as long as the longest ejection that it was not ejected takes back one doubling.
    const forgiven = this.#level === 0 ? 0 : Math.floor((now - this.ejectedUntil) / maxEjectForMs);
    this.#level = Math.max(0, this.#level - forgiven);
    if (this.#level === 0 || ejectForMs * 2 ** (this.#level - 1) < maxEjectForMs) this.#level++;
    const longest = Math.min(maxEjectForMs, ejectForMs * 2 ** (this.#level - 1));
    const ms = longest * (0.5 + 0.5 * random());
    this.state = 'ejected';
    this.ejectedUntil = now + ms;
    this.generation++;
    return ms;
  }

  /** Gives whether its time is up: then one more failure ejects it again, until it has answered well once. */
  returnIfDue(now: number): boolean {
    if (this.state !== 'ejected' || now < this.ejectedUntil) return false;
    this.state = 'returned';
    return true;
  }

  #counts(generation: number): boolean {
    return generation === this.generation && this.state !== 'ejected';
  }
}
