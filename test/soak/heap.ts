import { codeBytes, heldBytes } from '../bench/held.ts';

/** What was held in memory when so many calls were over and nothing was in flight. */
export interface HeapSample {
  readonly calls: number;
  /** The heap and what hangs on it outside, without compiled code. */
  readonly bytes: number;
  /** Compiled code. */
  readonly code: number;
}

/** Hears of each sample, to show how far it is. */
export type Paused = (sample: HeapSample) => void;

/** Samples of the heap, in room that is all taken before the first: what is measured must not grow by measuring. */
export class HeapRecord {
  readonly #cells: Float64Array;
  #at = 0;

  constructor(most: number) {
    this.#cells = new Float64Array(most * FIELDS);
  }

  /** Collects garbage, and adds what is left. */
  async add(calls: number): Promise<HeapSample> {
    this.#cells.set([calls, await heldBytes(), codeBytes()], this.#at);
    this.#at += FIELDS;
    return this.#sampleAt(this.#at - FIELDS);
  }

  get samples(): readonly HeapSample[] {
    return Array.from({ length: this.#at / FIELDS }, (_, index) => this.#sampleAt(index * FIELDS));
  }

  #sampleAt(at: number): HeapSample {
    const [calls = NaN, bytes = NaN, code = NaN] = this.#cells.subarray(at, at + FIELDS);
    return { calls, bytes, code };
  }
}

const FIELDS = 3;
