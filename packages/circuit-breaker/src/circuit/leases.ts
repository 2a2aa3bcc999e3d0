/** What lets a call in. Its outcome counts only while the circuit is still in the generation that admitted it. */
export interface Admission {
  readonly generation: number;
}

/** An admission that holds a place until it is settled or its time is up. */
export interface Lease extends Admission {
  /** On the breaker's clock, in ms. */
  readonly endsAt: number;
  /** It was taken by hand, and nobody but the taker knows when it is over. */
  readonly byHand: boolean;
  /** Which step of the trial let it in, if it is a probe of one that has steps. */
  readonly step: number | undefined;
}

/** Places that are held by probes and by permits taken by hand, and lost when their time is up. A permit may be a probe's. */
export class Leases {
  // All are held for equally long, so the oldest is the first to go: nobody has to look at the others.
  readonly #probes = new Set<Admission>();
  readonly #permits = new Set<Admission>();
  #expired = 0;

  /** Probes that are out. */
  get probes(): number {
    return this.#probes.size;
  }

  /** Permits that are out. */
  get permits(): number {
    return this.#permits.size;
  }

  /** Places that were lost. */
  get expired(): number {
    return this.#expired;
  }

  /** Those whose time is up make way, or permits that nobody gives back would pile up. */
  grant(lease: Lease, probe: boolean, now: number): void {
    this.lapse(now);
    if (probe) this.#probes.add(lease);
    if (lease.byHand) this.#permits.add(lease);
  }

  /** It is settled: nothing if it held no place, or lost it. */
  end(admission: Admission): void {
    this.#probes.delete(admission);
    this.#permits.delete(admission);
  }

  /** Takes the places whose time is up. */
  lapse(now: number): void {
    for (const held of [this.#probes, this.#permits] as const) {
      for (const lease of held as Set<Lease>) {
        // only leases are granted
        if (now < lease.endsAt) break;
        this.end(lease);
        this.#expired++;
      }
    }
  }

  /** No probe holds a place any more. */
  forgetProbes(): void {
    this.#probes.clear();
  }

  /** When as many probes are out as will do, if none of them ends before, on the breaker's clock, in ms. */
  willDoAt(willDo: (out: number) => boolean): number {
    let out = this.#probes.size;
    for (const lease of this.#probes as Set<Lease>) if (willDo(--out)) return lease.endsAt; // only leases are granted
    return -Infinity;
  }
}
