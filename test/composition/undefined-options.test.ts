import { circuitBreaker, failureRatio, growing, heedRetryAfter, probes, ramp } from '@inmesh/circuit-breaker';
import { slowCallRatio, tripWhen } from '@inmesh/circuit-breaker';
import { slices } from '@inmesh/circuit-breaker/slices';
import { decorrelated, exponential } from '@inmesh/core/backoff';
import { keyed } from '@inmesh/core/keyed';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer, peakEwma } from '@inmesh/load-balancer';
import { createRegistry, measured } from '@inmesh/metrics';
import { keyedTokenBucket, tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

/** What a service's configuration gives where nothing was configured; with `exactOptionalPropertyTypes` it has to be allowed. */
const none = undefined;
const both = { clock: none, random: none };
const window = { minimumCalls: none, windowMs: none, window: none };
const circuit = { openForMs: none, halfOpen: none, leaseMs: none, mode: none, countPushback: none, judge: none };
const registry = createRegistry({ maxSeries: none, clock: none });

describe('an option that is undefined', () => {
  it.each<[string, () => unknown]>([
    ['exponential', () => exponential({ baseMs: none, maxMs: none, factor: none, jitter: none })],
    ['decorrelated', () => decorrelated({ baseMs: none, maxMs: none })],
    ['keyed', () => keyed(String, () => timeout(1), { maxKeys: none, forgotten: none })],
    ['retry', () => retry({ attempts: none, backoff: none, maxRetryAfterMs: none, judge: none, ...both })],
    ['timeout', () => timeout(1, { until: none, name: none, clock: none })],
    [
      'tokenBucket',
      () => tokenBucket({ ratePerSecond: 1, burst: none, maxQueue: none, maxWaitMs: none, name: none, clock: none }),
    ],
    [
      'keyedTokenBucket',
      () => keyedTokenBucket({ key: String, ratePerSecond: 1, burst: none, maxKeys: none, name: none, clock: none }),
    ],
    ['circuitBreaker', () => circuitBreaker({ trip: none, restore: none, name: none, ...circuit, ...both })],
    ['failureRatio', () => failureRatio({ ratio: none, ...window })],
    ['slowCallRatio', () => slowCallRatio({ slowMs: 1, ratio: none, ...window })],
    ['tripWhen', () => tripWhen(() => false, { slowMs: none, ...window })],
    ['growing', () => growing({ baseMs: none, maxMs: none, factor: none, jitter: none })],
    ['heedRetryAfter', () => heedRetryAfter({ otherwise: none, maxMs: none })],
    ['probes', () => probes({ calls: none, failures: none })],
    ['ramp', () => ramp({ from: none, factor: none, callsPerStep: none, ratio: none })],
    [
      'slices',
      () => {
        const charge = { maxDepth: none, ratio: none, minimumCalls: none, windowMs: none };
        const size = { maxOpen: none, sketchBytes: none, name: none };
        return slices({ attributes: { shard: String }, ...charge, ...size, ...circuit, ...both });
      },
    ],
    [
      'loadBalancer',
      () => {
        const ejection = { ejectAfterFailures: none, ejectForMs: none, maxEjectForMs: none, maxEjectedRatio: none };
        const rest = { algorithm: none, panicRatio: none, judge: none, name: none };
        return loadBalancer({ endpoints: ['http://one.test'], ...ejection, ...rest, ...both });
      },
    ],
    ['peakEwma', () => peakEwma({ decayMs: none, failurePenaltyMs: none, failureDecayMs: none })],
    [
      'wrapFetch',
      () => {
        const bodies = { replayBodyBytes: none, maxUnreadMs: none };
        return wrapFetch(timeout(1), {
          dispatcher: none,
          name: none,
          captureStacks: none,
          clock: none,
          ...bodies,
        });
      },
    ],
    ['histogram', () => registry.histogram({ name: 'seconds', help: 'How long.', buckets: none })],
    ['measured', () => measured(registry, { prefix: none, buckets: none, judge: none, clock: none })],
  ])('is as good as none to %s', (_name, make) => {
    expect(make()).toBeDefined();
  });
});
