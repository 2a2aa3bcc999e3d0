import type { Fault } from '../fault.ts';
import { down, Held, well } from '../stage.ts';
import type { State } from '../subject.ts';
import { usual, WINDOW_MS } from './usual.ts';

const idle: Fault<State> = {
  fault: 'counts failures older than its window after an idle time',
  reports: [],
  inmesh: 'the window follows the clock, whether calls come or not',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 9, down);
    await stage.clock.advance(3 * WINDOW_MS);
    await stage.calls(breaker, 1, down);
    return breaker.state;
  },
  right: 'closed',
  wrong: { cockatiel: 'open' },
};

const frozen: Fault<State> = {
  fault: 'counts failures older than its window after the process stood still',
  reports: [],
  inmesh: 'the window follows the clock, whether timers run or not',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 9, down);
    stage.clock.block(3 * WINDOW_MS);
    await stage.calls(breaker, 1, down);
    return breaker.state;
  },
  right: 'closed',
  wrong: { opossum: 'open', cockatiel: 'open' },
};

const diluted: Fault<State> = {
  fault: 'stays closed while all calls fail that end, since others hang',
  reports: [],
  inmesh: 'counts calls when they end; a timeout inside makes those that hang end',
  async play(stage) {
    const breaker = stage.make(usual);
    for (let hung = 0; hung < 12; hung++) stage.follow(breaker, new Held().work);
    await stage.calls(breaker, 10, down);
    return breaker.state;
  },
  right: 'open',
  wrong: { opossum: 'closed' },
};

const first: Fault<State> = {
  fault: 'opens at the first call if that fails, unless told otherwise',
  reports: [
    'nodeshift/opossum#217',
    'nodeshift/opossum#288',
    'nodeshift/opossum#404',
    'nodeshift/opossum#481',
    'nodeshift/opossum#660',
  ],
  inmesh: 'a share of fewer than 20 calls means nothing, unless told otherwise',
  async play(stage) {
    const breaker = stage.make();
    await stage.calls(breaker, 1, down);
    return breaker.state;
  },
  right: 'closed',
  wrong: { opossum: 'open' },
};

const sorted: Fault<number> = {
  fault: 'sorts the latencies of its whole window at every failure',
  reports: ['nodeshift/opossum#648'],
  inmesh: 'counts, and keeps no latencies',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 1_000, well);
    return await elementsSorted(() => stage.calls(breaker, 10, down));
  },
  right: 0,
  wrong: { opossum: 10_055 }, // 1,001 + 1,002 + … + 1,010
};

/** The work of it, for its time depends on the machine. */
async function elementsSorted(act: () => Promise<unknown>): Promise<number> {
  let elements = 0;
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the array
  const { sort } = Array.prototype;
  Object.assign(Array.prototype, {
    sort(this: unknown[], compare?: (one: unknown, other: unknown) => number) {
      elements += this.length;
      return sort.call(this, compare);
    },
  });
  try {
    await act();
  } finally {
    Object.assign(Array.prototype, { sort });
  }
  return elements;
}

export const windows: readonly Fault[] = [idle, frozen, diluted, first, sorted];
