import { setImmediate as turn } from 'node:timers/promises';

import { seededRandom } from '@inmesh/core/testing';

import type { Case, Group } from './case.ts';
import { clockNs, warmUp, type Pace } from './pace.ts';
import { shuffled, spreadOf, type Spread } from './statistics.ts';

export interface Timing {
  /** Nanoseconds per call. */
  readonly ns: Spread;
  /** Times the bare call of the same round. */
  readonly ratio: Spread;
}

/** A case while it is measured. */
interface Runner {
  readonly of: Case;
  readonly times: number;
  readonly samples: number[];
}

/** Measures all cases in turn, in another order each round, and gives what each cost. The first case is the bare one. */
export async function timed(cases: readonly Case[], meter: Group['meter'], pace: Pace): Promise<readonly Timing[]> {
  const now = meter === 'cpu' ? cpuNs : clockNs;
  const random = seededRandom(pace.seed);
  const runners: Runner[] = [];
  for (const of of cases) runners.push({ of, times: await warmUp(of, pace), samples: [] });
  for (let round = 0; round < pace.rounds; round++) {
    for (const { of, times, samples } of shuffled(runners, random)) {
      await turn(); // a loop that only awaits keeps timers from ringing
      const begun = now();
      await of.loop(times);
      samples.push((now() - begun) / times);
    }
  }
  const base = runners[0]?.samples ?? [];
  return runners.map(({ samples }) => ({
    ns: spreadOf(samples),
    ratio: spreadOf(samples.map((ns, round) => ns / (base[round] ?? NaN))),
  }));
}

/** What this process used, all its threads together. */
function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
