import { count, countOrZero, nonNegativeMs, oneOf, show } from '@inmesh/core/options';

import type { Detection } from '../detectors/detector.ts';

/** What a circuit has learnt. */
export interface CircuitMemory {
  /** A half-open circuit is saved as an open one whose time is up. */
  readonly state: 'closed' | 'open';
  /** How long it stays open still, in ms. */
  readonly openForMs: number;
  /** How often it opened since it was last closed. */
  readonly openings: number;
  /** What each detector remembers, in their order; `null` of one that cannot be saved. */
  readonly detections: readonly unknown[];
}

/** What a circuit has learnt, as JSON can hold it. */
export interface CircuitSnapshot extends CircuitMemory {
  /** Of this shape. */
  readonly version: 1;
  /** When it was saved, in ms since 1970: what has passed until it is restored is taken off `openForMs`. */
  readonly savedAt: number;
}

/** Looks at what is to be restored. */
export function snapshotOf(restore: CircuitSnapshot): CircuitSnapshot {
  const given = restore as Partial<Record<keyof CircuitSnapshot, unknown>> | null; // it may come from anywhere
  if (typeof given !== 'object' || given === null || given.version !== 1)
    throw new TypeError(`restore must be a snapshot of version 1, got ${show(given?.version ?? given)}`);
  oneOf({ 'state of restore': restore.state }, ['closed', 'open']);
  nonNegativeMs({ 'openForMs of restore': restore.openForMs });
  nonNegativeMs({ 'savedAt of restore': restore.savedAt });
  if (restore.state === 'open') count({ 'openings of restore': restore.openings });
  else countOrZero({ 'openings of restore': restore.openings });
  if (!Array.isArray(restore.detections))
    throw new TypeError(`detections of restore must be an array, got ${show(restore.detections)}`);
  return restore;
}

export function saveAll(all: readonly Detection[], now: number): readonly unknown[] {
  return all.map((detection) => detection.save?.(now) ?? null);
}

/** Throws a `TypeError` if these were not saved by such detectors. They were at `now`, which may be long ago. */
export function loadAll(all: readonly Detection[], saved: readonly unknown[], now: number): void {
  if (saved.length !== all.length)
    throw new TypeError(`restore must be of as many detectors as trip has, ${all.length}, got ${saved.length}`);
  all.forEach((detection, index) => {
    if (saved[index] !== null) detection.load?.(saved[index], now);
  });
}
