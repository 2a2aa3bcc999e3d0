import { describe, expect, it } from 'vitest';

import { Endpoints, type EjectionRules } from './endpoints.ts';
import type { Member } from './member.ts';

const rules: EjectionRules = {
  ejectAfterFailures: 3,
  ejectForMs: 1_000,
  maxEjectForMs: 4_000,
  maxEjectedRatio: 0.5,
  panicRatio: 0.5,
};
const noChance = (): number => 0; // every ejection lasts half of its longest time

function endpointsOf(
  origins: readonly string[],
  some: Partial<EjectionRules> = {},
): { endpoints: Endpoints; changes: string[] } {
  const changes: string[] = [];
  const endpoints = new Endpoints({ ...rules, ...some }, ({ endpoint, change }) => {
    changes.push(`${change} ${endpoint.origin}`);
  });
  endpoints.replace(listOf(origins), 0);
  return { endpoints, changes };
}

function listOf(origins: readonly string[]): { origin: string }[] {
  return origins.map((origin) => ({ origin }));
}

function at(endpoints: Endpoints, index: number): Member {
  const member = endpoints.all[index];
  if (member === undefined) throw new Error(`no member ${index}`);
  return member;
}

function fail(endpoints: Endpoints, member: Member, times: number, now = 0): void {
  for (let n = 0; n < times; n++) endpoints.failed(member, member.health.generation, 0, now, noChance);
}

function originsOf(members: readonly Member[]): string {
  return members.map(({ endpoint }) => endpoint.origin).join('');
}

describe('Endpoints', () => {
  it('offers all of them in one array that stays the same', () => {
    const { endpoints } = endpointsOf(['a', 'b']);
    expect(endpoints.available(0)).toBe(endpoints.all);
    expect(endpoints.available(1)).toBe(endpoints.all);
  });

  it('ejects one that keeps failing and takes it back when its time is up', () => {
    const { endpoints, changes } = endpointsOf(['a', 'b']);
    fail(endpoints, at(endpoints, 0), 3);
    expect(originsOf(endpoints.available(499))).toBe('b');
    expect(originsOf(endpoints.available(500))).toBe('ab');
    expect(changes).toEqual(['added a', 'added b', 'ejected a', 'returned a']);
  });

  it('says why it ejects one', () => {
    const reasons: (string | undefined)[] = [];
    const endpoints = new Endpoints(rules, ({ change, reason }) => {
      if (change === 'ejected') reasons.push(reason);
    });
    endpoints.replace(listOf(['a', 'b']), 0);
    const member = at(endpoints, 0);
    fail(endpoints, member, 3);
    endpoints.available(500);
    fail(endpoints, member, 1, 500);
    endpoints.available(1_500);
    const { generation } = member.health;
    const ended = endpoints.succeeded(member, generation);
    endpoints.failed(member, generation, ended, 1_500, noChance); // its body died
    expect(reasons).toEqual(['3 failures in a row', 'failed again after its return', '5 failures in a row']);
  });

  it.each([
    { count: 1, ratio: 0.5, most: 0 },
    { count: 2, ratio: 0.5, most: 1 },
    { count: 3, ratio: 0.5, most: 1 },
    { count: 4, ratio: 0.5, most: 2 },
    { count: 9, ratio: 0.1, most: 0 },
    { count: 10, ratio: 0.1, most: 1 },
    { count: 100, ratio: 0.29, most: 29 },
    { count: 3, ratio: 1, most: 3 },
    { count: 3, ratio: 0, most: 0 },
  ])('ejects at most $most of $count with maxEjectedRatio $ratio', ({ count, ratio, most }) => {
    const { endpoints } = endpointsOf(
      Array.from({ length: count }, (_, index) => `e${index}`),
      { maxEjectedRatio: ratio },
    );
    for (const member of endpoints.all) fail(endpoints, member, 10);
    expect(endpoints.ejected).toBe(most);
  });

  it('offers all when more than panicRatio are ejected', () => {
    const { endpoints } = endpointsOf(['a', 'b', 'c', 'd'], { maxEjectedRatio: 1 });
    fail(endpoints, at(endpoints, 0), 3);
    fail(endpoints, at(endpoints, 1), 3);
    expect([endpoints.panics(0), originsOf(endpoints.available(0))]).toEqual([false, 'cd']);
    fail(endpoints, at(endpoints, 2), 3);
    expect([endpoints.panics(0), originsOf(endpoints.available(0))]).toEqual([true, 'abcd']);
  });

  it('panics when a new list has only ejected ones left', () => {
    const { endpoints } = endpointsOf(['a', 'b']);
    fail(endpoints, at(endpoints, 0), 3);
    endpoints.replace(listOf(['a']), 0);
    expect([endpoints.panics(0), originsOf(endpoints.available(0))]).toEqual([true, 'a']);
  });

  it('keeps what it knows of those that stay', () => {
    const { endpoints, changes } = endpointsOf(['a', 'b', 'c']);
    const stays = at(endpoints, 1);
    stays.inFlight = 4;
    fail(endpoints, stays, 2);
    endpoints.replace(listOf(['b', 'd']), 0);
    expect(at(endpoints, 0)).toBe(stays);
    expect([stays.inFlight, stays.health.consecutiveFailures]).toEqual([4, 2]);
    expect(changes.slice(3)).toEqual(['removed a', 'removed c', 'added d']);
  });

  it('knows one that comes back no more', () => {
    const { endpoints } = endpointsOf(['a', 'b']);
    fail(endpoints, at(endpoints, 0), 3);
    endpoints.replace(listOf(['b']), 0);
    endpoints.replace(listOf(['a', 'b']), 0);
    expect(originsOf(endpoints.available(0))).toBe('ab');
  });

  it('does not eject one that is no longer listed', () => {
    const { endpoints } = endpointsOf(['a', 'b', 'c']);
    const removed = at(endpoints, 0);
    endpoints.replace(listOf(['b', 'c']), 0);
    fail(endpoints, removed, 3);
    expect(endpoints.ejected).toBe(0);
  });

  it('tells endpoints of one origin apart by host and server name', () => {
    const { endpoints } = endpointsOf([]);
    endpoints.replace([{ origin: 'a' }, { origin: 'a', host: 'x' }, { origin: 'a', servername: 'x' }], 0);
    expect(endpoints.all).toHaveLength(3);
  });

  it('throws when one is listed twice, and stays as it was', () => {
    const { endpoints } = endpointsOf(['a', 'b']);
    const before = endpoints.all;
    expect(() => {
      endpoints.replace(listOf(['c', 'b', 'c']), 0);
    }).toThrow(new RangeError('endpoint c is listed twice'));
    expect(endpoints.all).toBe(before);
  });

  it('leaves the object of an endpoint that is the same in a new list, and takes one that is not', () => {
    const { endpoints } = endpointsOf([]);
    const given = { origin: 'a', weight: 2, metadata: { zone: 'x' } };
    endpoints.replace([given], 0);
    endpoints.replace([{ origin: 'a', weight: 2, metadata: { zone: 'x' } }], 0);
    expect(at(endpoints, 0).endpoint).toBe(given);
    const changed = { origin: 'a', weight: 3, metadata: { zone: 'x' } };
    endpoints.replace([changed], 0);
    expect([at(endpoints, 0).endpoint, at(endpoints, 0).weight]).toEqual([changed, 3]);
    const moved = { origin: 'a', weight: 3, metadata: { zone: 'y' } };
    endpoints.replace([moved], 0);
    expect(at(endpoints, 0).endpoint).toBe(moved);
  });
});
