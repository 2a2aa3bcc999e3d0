import type { EndpointSource } from '@inmesh/core';

/** A source of endpoints that says what it is told to. */
export class Snapshots implements EndpointSource {
  readonly #origins: readonly string[];
  #current: readonly string[];
  #tell: (() => void) | undefined = undefined;

  constructor(origins: readonly string[]) {
    this.#origins = origins;
    this.#current = origins;
  }

  /** Says another list: each origin is in it as often as `share` says, and at least one is. */
  change(share: number, random: () => number): void {
    const some = this.#origins.filter(() => random() < share);
    this.#current = some.length > 0 ? some : this.#origins.slice(0, 1);
    this.#tell?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly string[], void, undefined> {
    for (;;) {
      const current = this.#current;
      yield current;
      await new Promise<void>((resolve) => (this.#tell = resolve));
    }
  }
}
