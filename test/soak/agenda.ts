const LONGEST_MS = 2 ** 12;

/** What is to be done at which millisecond: by the soak itself, so that the virtual clock has only the timers of the policies. */
export class Agenda {
  readonly #due: (() => void)[][] = Array.from({ length: LONGEST_MS }, () => []);
  #now = 0;
  #size = 0;

  /** How much is still to be done. */
  get size(): number {
    return this.#size;
  }

  /** Does it after so many whole milliseconds, 1 or more. */
  after(ms: number, task: () => void): void {
    this.#due[(this.#now + Math.min(ms, LONGEST_MS - 1)) % LONGEST_MS]?.push(task);
    this.#size++;
  }

  /** A millisecond passes. */
  tick(): void {
    const due = this.#due[++this.#now % LONGEST_MS] ?? [];
    this.#size -= due.length;
    for (const task of due.splice(0)) task();
  }
}
