import { listenerChannel } from '@inmesh/core';

/** What a run must not show. Each kind is counted; of the first of them it is told what it was. */
export class Watch {
  readonly #counts = new Map<string, number>();
  readonly #first = new Map<string, string>();
  readonly #stops: (() => void)[] = [];

  /** Listens to what Node and the policies tell of what went wrong, until it is closed. */
  constructor() {
    for (const event of ['unhandledRejection', 'uncaughtException', 'warning'] as const) {
      const heard = (what: unknown): void => this.broke(event, what);
      process.on(event, heard);
      this.#stops.push(() => process.off(event, heard));
    }
    this.#stops.push(listenerChannel.subscribe(({ to, error }) => this.broke(`${to} threw`, error)));
  }

  broke(kind: string, what: unknown): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    if (!this.#first.has(kind))
      this.#first.set(kind, what instanceof Error ? (what.stack ?? what.message) : String(what));
  }

  /** Counts it as broken unless the two are the same. */
  expect(kind: string, found: number, expected: number): void {
    if (found !== expected) this.broke(kind, `${found}, not ${expected}`);
  }

  /** Counts it as broken if there is more. */
  atMost(kind: string, found: number, most: number): void {
    if (!(found <= most)) this.broke(kind, `${found}, more than ${most}`);
  }

  get broken(): readonly Broken[] {
    return [...this.#counts].map(([kind, times]) => ({ kind, times, first: this.#first.get(kind) ?? '' }));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }
}

/** Something that must not be. */
export interface Broken {
  readonly kind: string;
  readonly times: number;
  /** What the first was. */
  readonly first: string;
}
