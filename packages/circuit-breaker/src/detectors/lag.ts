/** How late our own event loop has been in all, as far as a regular beat tells. */
export class Lag {
  #dueAt = Infinity;
  #passedMs = 0;

  /** In ms until now, a beat that is overdue included. */
  totalMs(now: number): number {
    const lateMs = now - this.#dueAt;
    return lateMs > ON_TIME_MS ? this.#passedMs + lateMs : this.#passedMs;
  }

  /** A beat came, and the next one is to come in `beatMs`. */
  beat(now: number, beatMs: number): void {
    this.#passedMs = this.totalMs(now);
    this.#dueAt = now + beatMs;
  }

  /** No beat is to come. */
  rest(): void {
    this.#dueAt = Infinity;
  }
}

const ON_TIME_MS = 10; // platform timers ring a little late even on an idle loop
