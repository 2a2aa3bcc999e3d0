import type { HeapSample } from './heap.ts';
import { trendOf, type Trend } from './trend.ts';

export type Kind = 'virtual' | 'loopback';

/** What a call may leave behind, in bytes: less than one object for ten thousand calls on the virtual clock, for a hundred over loopback. */
const LIMIT_BYTES: Readonly<Record<Kind, number>> = { virtual: 0.01, loopback: 1 };

/** Whoever made fewer still warms up: then memory is not judged. */
const ENOUGH_CALLS: Readonly<Record<Kind, number>> = { virtual: 5_000_000, loopback: 400_000 };

export interface HeapVerdict extends Trend {
  readonly limit: number;
  readonly says: 'flat' | 'grows' | 'unclear' | 'not judged: too short';
}

/** Memory is flat, or grows, if two standard errors change nothing about that. */
export function heapVerdict(samples: readonly HeapSample[], kind: Kind): HeapVerdict {
  const trend = trendOf(samples);
  const limit = LIMIT_BYTES[kind];
  return { ...trend, limit, says: enough(samples, kind) ? judged(trend, limit) : 'not judged: too short' };
}

const enough = (samples: readonly HeapSample[], kind: Kind): boolean =>
  (samples.at(-1)?.calls ?? 0) >= ENOUGH_CALLS[kind];

function judged({ bytesPerCall, error }: Trend, limit: number): HeapVerdict['says'] {
  if (bytesPerCall + 2 * error <= limit) return 'flat';
  return bytesPerCall - 2 * error > limit ? 'grows' : 'unclear';
}

/** Is everything as it has to be? */
export function isGood(
  found: { readonly heap: readonly HeapSample[]; readonly broken: readonly unknown[] },
  kind: Kind,
): boolean {
  const { says } = heapVerdict(found.heap, kind);
  return found.broken.length === 0 && says !== 'grows' && says !== 'unclear';
}
