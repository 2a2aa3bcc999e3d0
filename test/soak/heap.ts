import { setImmediate as turn } from 'node:timers/promises';
import { getHeapCodeStatistics } from 'node:v8';

/** What was held in memory when so many calls were over and nothing was in flight. */
export interface HeapSample {
  readonly calls: number;
  /** The heap and what hangs on it outside, without compiled code. */
  readonly bytes: number;
  /** Compiled code: V8 throws it away and makes it anew all the time, by the hundred kilobytes. */
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
    await collected();
    this.#cells.set([calls, dataBytes(), codeBytes()], this.#at);
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

/** Collects garbage until nothing more goes. Needs `--expose-gc`. */
export async function collected(): Promise<void> {
  let before = Infinity;
  for (let times = 0, bytes = 0; times < MOST && (times < LEAST || bytes < before - SETTLED_BYTES); times++) {
    before = bytes;
    globalThis.gc?.();
    await turn(); // what was collected is told of in a turn of its own
    bytes = dataBytes();
  }
}

const LEAST = 4;
const MOST = 12; // code that is old goes after some collections
const SETTLED_BYTES = 4_096;

function codeBytes(): number {
  const { bytecode_and_metadata_size: bytecode, code_and_metadata_size: code } = getHeapCodeStatistics();
  return bytecode + code;
}

function dataBytes(): number {
  const { heapUsed, external } = process.memoryUsage(); // array buffers are part of what is external
  return heapUsed + external - codeBytes();
}
