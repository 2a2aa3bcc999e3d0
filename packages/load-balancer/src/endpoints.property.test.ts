import type { EndpointEvent } from '@inmesh/core';
import fc from 'fast-check';
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
type Change = Omit<EndpointEvent, 'balancer' | 'subject'>;

function listOf(origins: readonly string[]): { origin: string }[] {
  return origins.map((origin) => ({ origin }));
}

function originsOf(members: readonly Member[]): string {
  return members.map(({ endpoint }) => endpoint.origin).join('');
}

/** The same in plain words: one object per endpoint, nothing remembered that can be counted. */
interface PlainEndpoint {
  origin: string;
  listed: boolean;
  state: 'healthy' | 'ejected' | 'returned';
  failures: number;
  ejections: number;
  doublings: number;
  until: number;
}

interface PlainCall {
  readonly to: PlainEndpoint;
  readonly member: Member;
  readonly generation: number;
  readonly ejections: number;
}

interface World {
  readonly plain: Map<string, PlainEndpoint>;
  readonly calls: PlainCall[];
  readonly endpoints: Endpoints;
  readonly changes: Change[];
  now: number;
}

const visited = new Set<string>();

function listed({ plain }: World): PlainEndpoint[] {
  return [...plain.values()];
}

function panics(world: World): boolean {
  return listed(world).filter(({ state }) => state === 'ejected').length > listed(world).length / 2;
}

function takeBack(world: World): void {
  for (const each of listed(world)) {
    if (each.state !== 'ejected' || each.until > world.now) continue;
    each.state = 'returned';
    visited.add('ejected → returned');
  }
}

/** The model's word on a call that ended. `earlier`: the failures in a row that its head seemed to end. */
function settle(world: World, { to, ejections }: PlainCall, well: boolean, earlier = 0): number {
  const before = to.failures;
  if (!well) takeBack(world);
  if (ejections !== to.ejections || to.state === 'ejected') {
    visited.add(to.state === 'ejected' ? 'outcome while ejected' : 'outcome of an earlier generation');
    return 0;
  }
  if (well) {
    if (to.state === 'returned') visited.add('returned → healthy');
    to.state = 'healthy';
    to.failures = 0;
    return before;
  }
  to.failures = Math.max(to.failures, earlier) + 1;
  if (to.state !== 'returned' && to.failures < 3) return 0;
  const ejected = listed(world).filter(({ state }) => state === 'ejected').length;
  if (!to.listed) visited.add('failure of one not listed');
  else if (ejected + 1 > listed(world).length / 2) visited.add('too many to eject');
  else {
    visited.add(`${to.state} → ejected`);
    if (to.doublings > 0) to.doublings = Math.max(0, to.doublings - Math.floor((world.now - to.until) / 4_000));
    to.doublings = Math.min(3, to.doublings + 1);
    to.state = 'ejected';
    to.ejections++;
    to.until = world.now + [500, 1_000, 2_000][to.doublings - 1]!;
  }
  return 0;
}

function check(world: World): void {
  const { endpoints, now } = world;
  const available = originsOf(endpoints.available(now));
  takeBack(world);
  const open = listed(world).filter(({ state }) => state !== 'ejected');
  if (panics(world)) visited.add('panic');
  expect(available).toBe((panics(world) ? listed(world) : open).map(({ origin }) => origin).join(''));
  expect(endpoints.panics(now)).toBe(panics(world));
  for (const { key, health } of endpoints.all) {
    const each = world.plain.get(key.split('\n')[0]!)!;
    visited.add(each.state);
    expect([key, health.state, health.consecutiveFailures]).toEqual([key, each.state, each.failures]);
    if (each.state === 'ejected') expect(health.ejectedUntil).toBe(each.until);
  }
}

type Step =
  | { readonly do: 'send'; readonly which: number }
  | { readonly do: 'end'; readonly which: number; readonly how: 'well' | 'badly' | 'dying' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'list'; readonly origins: readonly string[] };

function take(world: World, step: Step): void {
  const { endpoints, calls, plain } = world;
  if (step.do === 'pass') world.now += step.ms;
  else if (step.do === 'list') relist(world, step.origins);
  else if (step.do === 'send') {
    const available = endpoints.available(world.now);
    takeBack(world);
    const member = available[step.which % available.length];
    if (member === undefined) return;
    const to = plain.get(member.endpoint.origin)!;
    calls.push({ to, member, generation: member.health.generation, ejections: to.ejections });
  } else {
    const [call] = calls.splice(step.which % Math.max(1, calls.length), 1);
    if (call === undefined) return;
    const { member, generation } = call;
    const ended = step.how === 'badly' ? 0 : settle(world, call, true);
    if (step.how !== 'badly') expect(endpoints.succeeded(member, generation)).toBe(ended);
    if (step.how === 'well') return;
    if (step.how === 'dying') visited.add('a body dies');
    settle(world, call, false, ended);
    endpoints.failed(member, generation, ended, world.now, noChance);
  }
}

function relist(world: World, origins: readonly string[]): void {
  const { endpoints, calls, plain, changes } = world;
  const before = new Set(plain.keys());
  const earlier = changes.length;
  endpoints.replace(listOf(origins), world.now);
  const after = origins.map(
    (origin): PlainEndpoint =>
      plain.get(origin) ?? {
        origin,
        listed: true,
        state: 'healthy',
        failures: 0,
        ejections: 0,
        doublings: 0,
        until: 0,
      },
  );
  for (const [origin, each] of plain) {
    if (origins.includes(origin)) continue;
    each.listed = false;
    if (calls.some(({ to }) => to === each)) visited.add('removed with calls in flight');
  }
  plain.clear();
  for (const each of after) plain.set(each.origin, each);
  const told = changes.slice(earlier).map(({ change, endpoint }) => `${change} ${endpoint.origin}`);
  expect(told.sort()).toEqual(
    [
      ...origins.filter((origin) => !before.has(origin)).map((origin) => `added ${origin}`),
      ...[...before].filter((origin) => !origins.includes(origin)).map((origin) => `removed ${origin}`),
    ].sort(),
  );
  for (const change of told) visited.add(change.slice(0, change.indexOf(' ')));
}

const everything = [
  'healthy',
  'ejected',
  'returned',
  'panic',
  'added',
  'removed',
  'a body dies',
  'too many to eject',
  'healthy → ejected',
  'ejected → returned',
  'returned → healthy',
  'returned → ejected',
  'outcome while ejected',
  'outcome of an earlier generation',
  'removed with calls in flight',
  'failure of one not listed',
];

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), which: fc.nat(3) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        which: fc.nat(5),
        how: fc.constantFrom('well' as const, 'badly' as const, 'badly' as const, 'badly' as const, 'dying' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 400, 1_000, 9_000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('list' as const), origins: fc.subarray(['a', 'b', 'c', 'd']) }),
    },
  ),
  { minLength: 60, maxLength: 120 },
);

describe('Endpoints', () => {
  it('agrees with a plain model in every state and transition', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const changes: Change[] = [];
        const endpoints = new Endpoints(rules, (change) => changes.push(change));
        const world: World = { plain: new Map(), calls: [], endpoints, changes, now: 0 };
        relist(world, ['a', 'b', 'c']);
        for (const step of script) {
          take(world, step);
          check(world);
        }
        const ejections = changes.filter(({ change }) => change === 'ejected').length;
        expect(changes.filter(({ change }) => change === 'returned').length).toBeLessThanOrEqual(ejections);
      }),
      { numRuns: 150, seed: 20 },
    );
    expect([...visited].sort()).toEqual([...everything].sort());
  });
});
