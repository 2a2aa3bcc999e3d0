import { ok } from 'node:assert/strict';

import {
  circuitBreaker,
  consecutiveFailures,
  failureRatio,
  lastCalls,
  slowCallRatio,
  tripWhen,
  type Detector,
} from '@inmesh/circuit-breaker';
import { sequentialTest } from '@inmesh/circuit-breaker/sequential-test';
import { wrap } from '@inmesh/core';

import { answersOne, bare, one, type Case, type Group } from '../case.ts';
import { cockatiels, samplingBreaker, type Cockatiel } from '../contenders.ts';
import type { Peer } from '../peers.ts';

/** Each way to tell that a circuit has to open, under the name that the bars know it by. */
export const detectors: Readonly<Record<string, Detector>> = {
  'failureRatio, windowMs': failureRatio(),
  'failureRatio, lastCalls': failureRatio({ window: lastCalls(100) }),
  consecutiveFailures: consecutiveFailures(5),
  'tripWhen, windowMs': tripWhen(({ failures }) => failures > 20),
  'tripWhen, lastCalls': tripWhen(({ failures }) => failures > 20, { window: lastCalls(100) }),
  sequentialTest: sequentialTest(),
  'slowCallRatio, windowMs': slowCallRatio({ slowMs: 1_000 }),
  'slowCallRatio, lastCalls': slowCallRatio({ slowMs: 1_000, window: lastCalls(100) }),
};

export const group: Group = {
  name: 'detectors',
  work: 'A call through a closed circuit breaker with each detector and window, and succeeds',
  async cases() {
    const peers = await cockatiels();
    return [
      ...bare,
      ...Object.entries(detectors).map(([how, trip]) => inmesh(how, trip)),
      ...peers.flatMap((peer) => [
        cockatiel(peer, undefined, samplingBreaker(peer.module)),
        cockatiel(peer, 'ConsecutiveBreaker', breakerOf(peer, new peer.module.ConsecutiveBreaker(5))),
        cockatiel(peer, 'CountBreaker', breakerOf(peer, new peer.module.CountBreaker({ threshold: 0.5, size: 100 }))),
      ]),
    ];
  },
};

function inmesh(how: string, trip: Detector): Case {
  const breaker = circuitBreaker({ trip });
  const call = wrap(breaker, one);
  return {
    by: 'inmesh',
    how,
    ...(how.startsWith('slow') && { differs: 'reads the clock before each call too' }),
    async check() {
      await answersOne(call);
      ok(breaker.counts.ignored === 0);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
  };
}

function breakerOf({ module }: Peer<Cockatiel>, breaker: Parameters<Cockatiel['circuitBreaker']>[1]['breaker']) {
  return module.circuitBreaker(module.handleAll, { halfOpenAfter: 1e9, breaker });
}

function cockatiel(
  { by }: Peer<Cockatiel>,
  how: string | undefined,
  breaker: ReturnType<typeof samplingBreaker>,
): Case {
  return {
    by,
    how,
    check: () => answersOne(() => breaker.execute(one)),
    async loop(times) {
      for (let i = 0; i < times; i++) await breaker.execute(one);
    },
  };
}
