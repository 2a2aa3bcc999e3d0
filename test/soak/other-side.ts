import { FAILURE, SUCCESS, type CallView, type Random, type Verdict } from '@inmesh/core';
import { HeldResult } from '@inmesh/core/testing';

import type { Agenda } from './agenda.ts';
import { drawn } from './tally.ts';
import type { Weather } from './weather.ts';

const PUSHBACK: Verdict = Object.freeze({ ...FAILURE, pushback: true });
const LATE_MS = 400; // longer than an attempt may take

/** What is called: answers, fails, hangs and dies as the weather wants it, and knows what is open. */
export class OtherSide {
  weather: Weather;
  /** Sendings that came. */
  sendings = 0;
  /** Sendings that are neither answered nor aborted. */
  open = 0;
  /** Results that are not over: those that nobody took have to be thrown away by a policy. */
  openResults = 0;
  readonly #agenda: Agenda;
  readonly #random: Random;

  constructor(weather: Weather, agenda: Agenda, random: Random) {
    this.weather = weather;
    this.#agenda = agenda;
    this.#random = random;
  }

  answer(view: CallView): Promise<HeldResult> {
    this.sendings++;
    const behaviour = drawn(this.weather.behaviours, this.#random);
    if (behaviour === 'throws') throw new Error('thrown, not rejected');
    this.open++;
    if (behaviour === 'hangs') return this.#hang(view);
    const ms = behaviour === 'late' ? LATE_MS : 1 + Math.floor(this.#random() * this.weather.slowestMs);
    return new Promise((resolve, reject) => {
      this.#agenda.after(ms, () => {
        this.open--;
        if (behaviour === 'fails') reject(new Error('failed'));
        else resolve(this.#result(behaviour));
      });
    });
  }

  #result(behaviour: string): HeldResult {
    const asksMs = this.#random() < 0.5 ? Math.floor(this.#random() * 60) : undefined;
    const result =
      behaviour === 'refuses'
        ? new HeldResult(FAILURE, asksMs)
        : behaviour === 'pushes back'
          ? new HeldResult(PUSHBACK, asksMs)
          : new HeldResult(SUCCESS);
    this.openResults++;
    result.hold({ over: () => this.openResults-- });
    return result;
  }

  /** Nothing comes, until it is aborted. */
  #hang({ signal }: CallView): Promise<HeldResult> {
    return new Promise((_, reject) => {
      const aborted = (): void => {
        this.open--;
        reject(signal.reason);
      };
      if (signal.aborted) aborted();
      else signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
