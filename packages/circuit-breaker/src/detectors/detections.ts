import { publishError, quietly } from '@inmesh/core';
import { show } from '@inmesh/core/options';

import type { Detection, Detector, Tally } from './detector.ts';
import type { Timing } from './effective-time.ts';

/** What the detectors of one circuit remember since it closed. */
export type Detections = readonly Detection[];

/**
 * Calls each detector for a new memory. A detector whose memory cannot be made any more goes on with the `former` one, and
 * what is wrong is published; without a former one that is thrown.
 */
export function startAll(detectors: readonly Detector[], former?: Detections): Detections {
  try {
    return detectors.map(start);
  } catch (error) {
    if (former === undefined) throw error;
    publishError('detector', error);
    return former;
  }
}

/** What a detection may hear of a call. */
export type Outcome = 'succeeded' | 'failed' | 'spoiled';

/** Tells all of them, and says why the circuit has to open, if it has to. One that throws, or gives no words, has no say. */
export function weigh(detections: Detections, outcome: Outcome, now: number, tookMs?: number): string | undefined {
  let reason: string | undefined;
  for (let index = 0; index < detections.length; index++) {
    try {
      const said = tell(detections[index] as Detection, outcome, now, tookMs); // not beyond the end
      if (said !== undefined) reason ??= wordsOf(said);
    } catch (error) {
      publishError('detector', error);
    }
  }
  return reason;
}

/** How calls are timed: for the longest of the limits. */
export function timingOf(detections: Detections): Timing | undefined {
  const [longest] = detections.flatMap(({ timing }) => timing ?? []).sort((a, b) => b.slowMs - a.slowMs);
  return longest;
}

function tell(detection: Detection, outcome: Outcome, now: number, tookMs?: number): string | undefined {
  if (outcome === 'succeeded') return detection.succeeded(now, tookMs);
  if (outcome === 'spoiled' && detection.spoiled !== undefined) return detection.spoiled(now, tookMs);
  return detection.failed(now, tookMs);
}

/** What the first of them weighs. */
export function tally([first]: Detections, now: number): Tally {
  let found: Tally = { successes: 0, failures: 0 };
  quietly('detector', () => {
    found = first?.tally(now) ?? found;
  });
  return found;
}

function start(detector: Detector): Detection {
  const detection: Detection | undefined = detector(); // asked of a user's detector, not believed
  for (const member of ['succeeded', 'failed', 'tally'] as const) {
    if (typeof detection?.[member] !== 'function')
      throw new TypeError(
        `a detector of trip must give an object with ${member}(), got ${show(detection)}${hint(detection)}`,
      );
  }
  const timing: unknown = detection.timing;
  if (timing !== undefined && typeof (timing as Timing | null)?.of !== 'function')
    throw new TypeError(`timing of a detector must be made by timed(), got ${show(timing)}`);
  return detection;
}

function hint(given: unknown): string {
  return typeof given === 'function' ? ': it is made first, as in failureRatio(), not failureRatio' : '';
}

function wordsOf(said: unknown): string | undefined {
  if (typeof said === 'string' && said !== '') return said;
  if (said instanceof Promise) quietly('detector', () => said); // an asynchronous detector may reject
  throw new TypeError(`a detector must say in words why, got ${show(said)}`);
}
