import type { Detector } from '@inmesh/circuit-breaker';

/** Decides when to open, by what it is told of calls. */
export interface Watcher {
  /** A call ended. Gives when it opened, if it did since the last call. */
  ended(failed: boolean, now: number): number | undefined;
}

/** What a new watcher is made by, and what it is called. */
export interface Rule {
  readonly name: string;
  /** How long it has to watch before it is as it always is, in ms. */
  readonly warmUpMs: number;
  readonly watch: () => Watcher;
}

/** A detector of ours. */
export function detected(name: string, detector: Detector): Rule {
  const watch = (): Watcher => {
    const detection = detector();
    return {
      ended(failed, now) {
        if (failed) return detection.failed(now) === undefined ? undefined : now;
        detection.succeeded(now);
        return undefined;
      },
    };
  };
  return { name, warmUpMs: 0, watch };
}
