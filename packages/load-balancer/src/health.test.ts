import { describe, expect, it } from 'vitest';

import { Health } from './health.ts';

const rules = { ejectAfterFailures: 3, ejectForMs: 1_000, maxEjectForMs: 30_000 };
const longest = (): number => 1 - Number.EPSILON;

/** Ejects, waits for the end and a while more, and gives how long the ejection was, in whole ms. */
function ejected(health: Health, now: number): number {
  const ms = health.eject(now, longest);
  health.returnIfDue(now + ms);
  health.succeeded(health.generation);
  return Math.round(ms);
}

describe('Health', () => {
  it('asks for an ejection after so many failures in a row', () => {
    const health = new Health(rules);
    expect([health.failed(0, 0), health.failed(0, 0), health.failed(0, 0)]).toEqual([false, false, true]);
  });

  it('begins to count anew with a success', () => {
    const health = new Health(rules);
    health.failed(0, 0);
    health.failed(0, 0);
    expect(health.succeeded(0)).toBe(2);
    expect(health.failed(0, 0)).toBe(false);
    expect(health.consecutiveFailures).toBe(1);
  });

  it('goes on counting where a success turns out to be none', () => {
    const health = new Health(rules);
    health.failed(0, 0);
    health.failed(0, 0);
    const ended = health.succeeded(0);
    expect(health.failed(0, ended)).toBe(true);
  });

  it('is ejected for at most the time given, and for half of it at least', () => {
    expect(new Health(rules).eject(0, longest)).toBeCloseTo(1_000);
    expect(new Health(rules).eject(0, () => 0)).toBe(500);
  });

  it('is ejected for twice as long each time, up to the longest', () => {
    const health = new Health(rules);
    let now = 0;
    const times = Array.from({ length: 8 }, () => {
      const ms = ejected(health, now);
      now += ms + 1;
      return ms;
    });
    expect(times).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it.each([
    { healthyMs: 29_000, ms: 8_000 },
    { healthyMs: 31_000, ms: 4_000 },
    { healthyMs: 61_000, ms: 2_000 },
    { healthyMs: 91_000, ms: 1_000 },
    { healthyMs: 1e9, ms: 1_000 },
  ])('is ejected for $ms ms after three ejections and $healthyMs ms in service', ({ healthyMs, ms }) => {
    const health = new Health(rules);
    let now = 0;
    for (let n = 0; n < 3; n++) now += ejected(health, now) + 1;
    expect(ejected(health, now + healthyMs)).toBe(ms);
  });

  it('returns when its time is up, and not before', () => {
    const health = new Health(rules);
    const ms = health.eject(0, longest);
    expect([health.returnIfDue(ms - 1), health.state]).toEqual([false, 'ejected']);
    expect([health.returnIfDue(ms), health.state]).toEqual([true, 'returned']);
    expect(health.returnIfDue(ms)).toBe(false);
  });

  it('is ejected again by its first failure after it returned', () => {
    const health = new Health(rules);
    health.returnIfDue(health.eject(0, longest));
    expect(health.failed(health.generation, 0)).toBe(true);
  });

  it('counts failures in a row through an ejection', () => {
    const health = new Health(rules);
    for (let n = 0; n < 3; n++) health.failed(0, 0);
    health.returnIfDue(health.eject(0, longest));
    expect(health.consecutiveFailures).toBe(3);
    health.failed(health.generation, 0);
    expect(health.consecutiveFailures).toBe(4);
  });

  it('is healthy again by its first success after it returned', () => {
    const health = new Health(rules);
    health.returnIfDue(health.eject(0, longest));
    health.succeeded(health.generation);
    expect(health.state).toBe('healthy');
    expect(health.failed(health.generation, 0)).toBe(false);
  });

  it('learns nothing from calls that were on their way when it was ejected', () => {
    const health = new Health(rules);
    health.returnIfDue(health.eject(0, longest));
    expect(health.failed(0, 0)).toBe(false);
    health.succeeded(0);
    expect(health.state).toBe('returned');
  });

  it('learns nothing while it is ejected', () => {
    const health = new Health(rules);
    health.eject(0, longest);
    expect(health.failed(health.generation, 0)).toBe(false);
    health.succeeded(health.generation);
    expect(health.state).toBe('ejected');
  });
});
