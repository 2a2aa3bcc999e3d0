import type { HeldResult } from '@inmesh/core/testing';

import type { Agenda } from './agenda.ts';

const TENANTS = 12;

/** What calls are named. */
export const names: readonly string[] = Array.from({ length: TENANTS }, (_, index) => `tenant-${index}`);

/** Who calls on the virtual clock: may lose patience before the answer or after, and reads what it gets in one of many ways. */
export class Caller {
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly #random: () => number;
  readonly #agenda: Agenda;

  constructor(random: () => number, shared: AbortSignal, agenda: Agenda) {
    this.#random = random;
    this.#agenda = agenda;
    this.name = names[Math.floor(random() ** 2 * TENANTS)] ?? '';
    this.signal = this.#patience(shared);
  }

  #patience(shared: AbortSignal): AbortSignal | undefined {
    const draw = this.#random();
    if (draw < 0.75) return undefined;
    if (draw < 0.85) return shared;
    if (draw < 0.86) return AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    const controller = new AbortController();
    const reason = draw < 0.93 ? new DOMException('went away', 'AbortError') : 'a reason of its own';
    this.#agenda.after(1 + Math.floor(this.#random() * 200), () => controller.abort(reason));
    return controller.signal;
  }

  /** At once, after a while, or never: then it counts as collected in the end. Some bodies die. */
  read(result: HeldResult): void {
    const draw = this.#random();
    if (draw < 0.7) result.end();
    else if (draw < 0.9) this.#agenda.after(1 + Math.floor(this.#random() * 50), () => result.end());
    else if (draw < 0.95) this.#agenda.after(1 + Math.floor(this.#random() * 50), () => result.end(new Error('died')));
    else this.#agenda.after(1_500, () => result.end());
  }
}
