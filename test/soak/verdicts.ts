import { trendOf, type HeapSample, type Trend } from './heap.ts';

/** What a call may leave behind, in bytes: less than one object for ten thousand calls on the virtual clock, for a hundred over loopback. */
export const LIMIT_BYTES: Readonly<Record<'virtual' | 'loopback', number>> = { virtual: 0.01, loopback: 1 };

/** Fewer tell nothing: then memory is not judged. */
const ENOUGH = 12;

export interface HeapVerdict extends Trend {
  readonly limit: number;
  readonly says: 'flat' | 'grows' | 'not judged: too short';
}

export function heapVerdict(samples: readonly HeapSample[], kind: keyof typeof LIMIT_BYTES): HeapVerdict {
  const trend = trendOf(samples);
  const limit = LIMIT_BYTES[kind];
  const says = samples.length < ENOUGH ? 'not judged: too short' : trend.bytesPerCall <= limit ? 'flat' : 'grows';
  return { ...trend, limit, says };
}

/** Is everything as it has to be? */
export function isGood(
  found: { readonly heap: readonly HeapSample[]; readonly broken: readonly unknown[] },
  kind: keyof typeof LIMIT_BYTES,
): boolean {
  return found.broken.length === 0 && heapVerdict(found.heap, kind).says !== 'grows';
}
