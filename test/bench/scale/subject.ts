/** Something that can be small or large. */
export interface Subject {
  readonly name: string;
  /** What is done, and what there are few or many of. */
  readonly work: string;
  /** What there are so many of, as in `endpoints`. */
  readonly unit: string;
  readonly sizes: readonly number[];
  /** How many calls a sample times: at least the largest size, so that it reaches all there is. */
  readonly callsPerSample: number;
  /** How many samples, as a share of those of others (default: 1). */
  readonly share?: number;
  /** Of calls in flight memory is told alone: each size allocates the same (default: false). */
  readonly inFlight?: boolean;
  /** What V8 and the platform make of the same, with no policy; shown beside, and held to nothing. */
  readonly bare: (size: number) => Promise<Sized>;
  /** The same with bare objects besides, of so many bytes for each that there is, all of which a call reaches. */
  readonly asLarge: (size: number, bytesEach: number) => Promise<Sized>;
  /** Makes one of ours. */
  readonly make: (size: number) => Promise<Sized>;
}

/** One of a size. */
export interface Sized {
  /** Does the work so many times; throws unless it was done. */
  loop(times: number): Promise<void>;
  /** Makes what is held once more: gives what keeps it, and lets go of it. */
  hold(): Promise<Held>;
}

/** What is held while its memory is measured. */
export interface Held {
  readonly kept: unknown;
  release(): Promise<void>;
}
