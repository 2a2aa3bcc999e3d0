import type { Counts } from './counting.ts';
import type { Idling } from './idling.ts';
import type { Pace } from './pace.ts';
import type { Timing } from './timing.ts';

/** What a worker is told. */
export type Job =
  | { readonly mode: 'time' | 'size'; readonly group: string; readonly pace: Pace }
  | { readonly mode: 'idle'; readonly index: number; readonly watchMs: number };

/** What a worker found of one contender. */
export interface Measured extends Partial<Timing> {
  readonly by: string;
  readonly how?: string | undefined;
  readonly differs?: string | undefined;
  /** Allocated per call, the awaiting loop included. */
  readonly bytes?: number | undefined;
  readonly counts?: Counts | undefined;
  readonly idle?: Idling;
}

/** What a worker tells. */
export interface Told {
  readonly found: readonly Measured[];
  readonly node: string;
  readonly v8: string;
}
