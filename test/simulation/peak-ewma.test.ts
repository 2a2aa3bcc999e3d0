import { compose } from '@inmesh/core';
import { seededRandom, virtualClock } from '@inmesh/core/testing';
import { leastLoaded, loadBalancer, peakEwma, roundRobin, type Algorithm } from '@inmesh/load-balancer';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

import {
  exponential,
  failedPercent,
  failing,
  flaky,
  fleetOf,
  normal,
  queueing,
  unlimited,
  type Server,
} from './fleet.ts';

describe('a backend that is slow for a while', () => {
  /**
   * Linkerd's experiment ("Beyond Round Robin", 2016): a client sends 1000 calls a second for a minute to 11 backends that
   * take 167 ms with a deviation of 5. One of them takes 2 s from second 15 to 45. Who waited for 1 s has failed.
   */
  async function succeededPercent(algorithm: Algorithm, stops: 'the caller' | 'the attempt'): Promise<number> {
    const clock = virtualClock();
    const random = seededRandom(1);
    const healthy = () => normal(random, 167, 5);
    const slow = () => (clock.now() >= 15_000 && clock.now() < 45_000 ? 2_000 : healthy());
    const fleet = fleetOf(11, (index) => unlimited(clock, index === 0 ? slow : healthy));
    const balancer = loadBalancer({ endpoints: [...fleet.keys()], algorithm, maxEjectedRatio: 0, clock, random });
    const limit = timeout(1_000, { clock });
    const policy = stops === 'the caller' ? compose(limit, balancer) : compose(balancer, limit);
    const arrivals = { untilMs: 60_000, gapMs: () => exponential(random, 1) };
    return 100 - (await failedPercent(policy, fleet, arrivals, clock));
  }

  it('fails its share of the calls with round robin', async () => {
    const percent = await succeededPercent(roundRobin(), 'the caller');
    expect(percent).toBeGreaterThan(95.1);
    expect(percent).toBeLessThan(95.7);
  });

  it('fails 1 in 200 with least loaded', async () => {
    expect(await succeededPercent(leastLoaded(), 'the caller')).toBeGreaterThan(99.3);
  });

  it('fails 1 in 1000 with peak EWMA', async () => {
    expect(await succeededPercent(peakEwma(), 'the caller')).toBeGreaterThan(99.85);
  });

  it('fails few more where a limit inside the balancer makes room for the next call', async () => {
    expect(await succeededPercent(peakEwma(), 'the attempt')).toBeGreaterThan(99.75);
  });
});

describe('endpoints that fail at once', () => {
  /** 20 endpoints with four workers each, 90 % busy; two fail everything after half a millisecond. None may be ejected. */
  async function errorPercent(algorithm: Algorithm): Promise<number> {
    const clock = virtualClock();
    const random = seededRandom(1);
    const workMs = () => exponential(random, 10);
    const fleet = fleetOf(20, (index) => (index < 2 ? failing(clock, 0.5) : queueing(clock, 4, workMs)));
    const balancer = loadBalancer({ endpoints: [...fleet.keys()], algorithm, maxEjectedRatio: 0, clock, random });
    const callsPerMs = 0.9 * 18 * (4 / 10);
    return failedPercent(balancer, fleet, { untilMs: 5_000, gapMs: () => exponential(random, 1 / callsPerMs) }, clock);
  }

  it('draw the traffic to themselves where only latency counts', async () => {
    expect(await errorPercent(peakEwma({ failurePenaltyMs: 0 }))).toBeGreaterThan(15);
  });

  it('get hardly any where a failure counts as slow', async () => {
    expect(await errorPercent(peakEwma())).toBeLessThan(1.5);
  });
});

describe('endpoints that fail three calls of ten', () => {
  /** 20 endpoints with four workers each, 80 % busy; two fail 30 % of their calls at once. None may be ejected. */
  async function errorPercent(seed: number, algorithm: Algorithm): Promise<number> {
    const clock = virtualClock();
    const random = seededRandom(seed);
    const server = () => queueing(clock, 4, () => exponential(random, 10));
    const fleet = fleetOf(20, (index) => (index < 2 ? flaky(random, 0.3, server()) : server()));
    const balancer = loadBalancer({ endpoints: [...fleet.keys()], algorithm, maxEjectedRatio: 0, clock, random });
    const callsPerMs = 0.8 * 20 * (4 / 10);
    return failedPercent(balancer, fleet, { untilMs: 5_000, gapMs: () => exponential(random, 1 / callsPerMs) }, clock);
  }

  it.each([1, 2, 3])('get few, though good answers outweigh failures (seed %i)', async (seed) => {
    expect(await errorPercent(seed, peakEwma())).toBeLessThan(0.7);
    expect(await errorPercent(seed, leastLoaded())).toBeGreaterThan(3);
  });
});

describe('failures here and there', () => {
  /** Ten endpoints fail one call in 100 at once. Half of them answer in 10 ms, half in 100. Gives the share of the slow half. */
  async function slowPercent(seed: number, algorithm: Algorithm): Promise<number> {
    const clock = virtualClock();
    const random = seededRandom(seed);
    const sent = { slow: 0, all: 0 };
    const counted = (index: number, server: Server): Server => {
      return () => {
        sent.all++;
        if (index >= 5) sent.slow++;
        return server();
      };
    };
    const workMs = (index: number) => exponential(random, index < 5 ? 10 : 100);
    const fleet = fleetOf(10, (index) =>
      counted(
        index,
        flaky(
          random,
          0.01,
          unlimited(clock, () => workMs(index)),
        ),
      ),
    );
    const balancer = loadBalancer({ endpoints: [...fleet.keys()], algorithm, maxEjectedRatio: 0, clock, random });
    await failedPercent(balancer, fleet, { untilMs: 20_000, gapMs: () => exponential(random, 2) }, clock);
    return (100 * sent.slow) / sent.all;
  }

  it.each([1, 2, 3])('hide from nobody who is slow, for answers outweigh them (seed %i)', async (seed) => {
    const percent = await slowPercent(seed, peakEwma());
    expect(percent).toBeLessThan(26);
    expect(percent).toBeLessThan(await slowPercent(seed, leastLoaded()));
  });
});

describe('an endpoint that answered nothing for a while', () => {
  /** Two endpoints, one of which hangs from second 2 to 5; attempts end after 250 ms. Gives its share in second 10, in percent. */
  async function sharePercent(seed: number): Promise<number> {
    const clock = virtualClock();
    const random = seededRandom(seed);
    const sent = [0, 0];
    const hangs = (index: number) => index === 0 && clock.now() >= 2_000 && clock.now() < 5_000;
    const fleet = fleetOf(2, (index) => {
      const server = unlimited(clock, () => (hangs(index) ? 60_000 : 4 + 8 * random()));
      return () => {
        if (clock.now() >= 10_000) sent[index] = (sent[index] ?? 0) + 1;
        return server();
      };
    });
    const balancer = loadBalancer({ endpoints: [...fleet.keys()], maxEjectedRatio: 0, clock, random });
    const policy = compose(balancer, timeout(250, { clock }));
    await failedPercent(policy, fleet, { untilMs: 11_000, gapMs: () => exponential(random, 10) }, clock);
    const [first = 0, second = 0] = sent;
    return (100 * first) / (first + second);
  }

  it.each([1, 2, 3])('has its share again five seconds later (seed %i)', async (seed) => {
    expect(await sharePercent(seed)).toBeGreaterThan(30);
  });
});
