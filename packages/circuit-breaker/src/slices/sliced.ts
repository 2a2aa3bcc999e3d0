import { PolicyObject, type Policy } from '@inmesh/core';

import type { OpenSlice } from './open-slices.ts';
import { Watch, type SlicesCounts, type WatchSettings } from './watch.ts';

/** A policy that refuses the part of the calls that fails. */
export interface Slices extends Policy {
  /** What is open now, those with the fewest attributes first. */
  readonly open: readonly OpenSlice[];
  /** A frozen snapshot: how the calls went that no open slice covered, what was refused, what is suspected. */
  readonly counts: SlicesCounts;
}

/** The policy of a watch. */
export class Sliced extends PolicyObject implements Slices {
  readonly #watch: Watch;

  constructor(settings: WatchSettings) {
    const watch = new Watch(settings);
    super((next) => {
      const sliced: typeof next = (call) => {
        const gate = watch.gate(call, next);
        if (gate !== undefined) return gate(call);
        const { generation } = watch;
        try {
          return next(call).then(
            (result) => {
              watch.fulfilled(call, result, generation);
              return result;
            },
            (error: unknown) => {
              watch.rejected(call, error, generation);
              throw error;
            },
          );
        } catch (error) {
          watch.rejected(call, error, generation); // a policy inside that throws instead of rejecting
          return Promise.reject(error);
        }
      };
      return sliced;
    });
    this.#watch = watch;
  }

  get open(): readonly OpenSlice[] {
    return this.#watch.open;
  }

  get counts(): SlicesCounts {
    return this.#watch.counts;
  }
}
