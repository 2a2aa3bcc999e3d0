import type { Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { Finder } from './finder.ts';
import { Reading } from './reading.ts';
import type { Charge } from './suspect.ts';

const CHARGE: Charge = { ratio: 0.5, minimumCalls: 20, windowMs: 10_000, maxDepth: 2 };

type Attributes = Readonly<Record<string, string | undefined>>;
type Draw = (random: () => number) => Attributes;
type Fails = (attributes: Attributes, random: () => number) => boolean;

interface Traffic {
  readonly draw: Draw;
  readonly fails: Fails;
  readonly calls?: number;
  readonly perSecond?: number;
  readonly charge?: Partial<Charge>;
  readonly sketchBytes?: number;
  readonly seed?: number;
}

/** Sends calls, of which those that a culprit covers are refused, and says who was to blame, in order. */
function culprits({ draw, fails, calls = 10_000, perSecond = 1_000, charge, sketchBytes = 65_536, seed = 1 }: Traffic) {
  const random = seededRandom(seed);
  const names = Object.keys(draw(random));
  const attributes = names.map((name) => [name, (call: Call) => (call.input as Attributes)[name]] as const);
  const reading = new Reading(Object.fromEntries(attributes), 7);
  const finder = new Finder({ ...CHARGE, ...charge }, names.length, sketchBytes);
  const found: { readonly name: string; readonly at: number; readonly has: () => boolean }[] = [];
  let refused = 0;
  for (let sent = 0; sent < calls; sent++) {
    const now = (sent * 1_000) / perSecond;
    const input = draw(random);
    const failed = fails(input, random);
    reading.read({ input } as Call); // its attributes look at nothing else
    if (found.some(({ has }) => has())) refused++;
    else if (!failed) finder.succeeded(reading, now);
    else {
      const culprit = finder.failed(reading, now)?.combination;
      if (culprit !== undefined) found.push({ name: culprit.show(names), at: sent, has: () => culprit.has(reading) });
    }
  }
  return { names: found.map(({ name }) => name), first: found[0]?.at ?? Infinity, refused, suspects: finder.suspects };
}

const one = (random: () => number, of: number): string => String(Math.floor(random() * of));
const service: Draw = (random) => ({
  method: one(random, 3),
  route: one(random, 10),
  shard: one(random, 3),
  tenant: one(random, 1e6),
});
const shards =
  (of: number): Draw =>
  (random) => ({ shard: one(random, of), method: one(random, 2) });

describe('Finder', () => {
  it.each<[string, Fails, string[]]>([
    ['a dead shard', ({ shard }) => shard === '2', ['{shard=2}']],
    ['a dead shard, with noise', ({ shard }, random) => shard === '2' || random() < 0.05, ['{shard=2}']],
    ['a shard that mostly fails', ({ shard }, random) => shard === '2' && random() < 0.8, ['{shard=2}']],
    ['two of three shards', ({ shard }) => shard !== '0', ['{shard=1}', '{shard=2}']],
    ['all shards', () => true, ['{}']],
    ['all in part', (_, random) => random() < 0.7, ['{}']],
    ['a pair', ({ shard, route }) => shard === '2' && route === '3', ['{route=3,shard=2}']],
    ['a shard and another route', ({ shard, route }) => shard === '2' || route === '3', ['{route=3}', '{shard=2}']],
    ['nothing', () => false, []],
  ])('finds the smallest combination: %s', (_, fails, expected) => {
    expect(culprits({ draw: service, fails }).names.sort()).toEqual(expected);
  });

  it('is sure within 30 of its calls, or so of the whole', () => {
    const dead = culprits({ draw: service, fails: ({ shard }) => shard === '2', calls: 90 * 1.3 });
    expect(dead.names).toEqual(['{shard=2}']);
    expect(culprits({ draw: service, fails: () => true }).first).toBeLessThan(30);
  });

  it('opens no part where 1 % of a million calls fail, in whatever part', () => {
    const { names } = culprits({ draw: service, fails: (_, random) => random() < 0.01, calls: 1e6 });
    expect(names).toEqual([]);
  });

  it.each([0.1, 0.2])('opens no part where a share of %f fails everywhere', (share) => {
    const { names } = culprits({ draw: service, fails: (_, random) => random() < share, calls: 200_000 });
    expect(names).toEqual([]);
  });

  it('finds the one of a million tenants that fails, with 5 of 2000 calls a second', () => {
    const draw: Draw = (random) => ({ ...service(random), ...(random() < 5 / 2_000 && { tenant: 'bad' }) });
    const fails: Fails = ({ tenant }, random) => tenant === 'bad' || random() < 0.01;
    const { names, first } = culprits({ draw, fails, calls: 100_000, perSecond: 2_000 });
    expect(names).toEqual(['{tenant=bad}']);
    expect(first).toBeLessThan(20_000);
  });

  it('blames the whole for an attribute that has one value only', () => {
    expect(culprits({ draw: () => ({ shard: '1' }), fails: () => true }).names).toEqual(['{}']);
  });

  it('blames a shard rather than the tenants that live on it', () => {
    const draw: Draw = (random) => {
      const tenant = Math.floor(random() * random() * 30);
      return { tenant: `t${tenant}`, shard: String(tenant % 3) };
    };
    expect(culprits({ draw, fails: ({ shard }) => shard === '2' }).names).toEqual(['{shard=2}']);
  });

  it('blames each of many shards, though most are dead, as long as a tenth of the calls are well', () => {
    const { names } = culprits({ draw: shards(30), fails: ({ shard }) => Number(shard) < 20, calls: 40_000 });
    expect(names).toHaveLength(20);
    expect(names).not.toContain('{}');
  });

  it('blames the whole if less than a tenth of it is well', () => {
    expect(culprits({ draw: shards(20), fails: ({ shard }) => shard !== '7' }).names).toEqual(['{}']);
  });

  it('blames no whole that an attribute takes apart, though its parts are too rare to be told', () => {
    const draw: Draw = (random) => (random() < 0.4 ? { tenant: 'large' } : { tenant: one(random, 1e6) });
    expect(culprits({ draw, fails: ({ tenant }) => tenant !== 'large' }).names).toEqual([]);
  });

  it('takes what is as deep as allowed for the culprit, though it fails only in part', () => {
    const fails: Fails = ({ shard, route }) => shard === '2' && Number(route) < 7;
    expect(culprits({ draw: service, fails, charge: { maxDepth: 1 } }).names).toEqual(['{shard=2}']);
    expect(culprits({ draw: service, fails, calls: 40_000 }).names).toHaveLength(7);
  });

  it('does not tell apart calls by what they do not have', () => {
    const draw: Draw = (random) => ({ shard: random() < 0.5 ? undefined : 'a' });
    expect(culprits({ draw, fails: ({ shard }) => shard === undefined }).names).toEqual([]);
    expect(culprits({ draw, fails: ({ shard }) => shard === 'a' }).names).toEqual(['{shard=a}']);
  });

  it('blames nobody for what fails too rarely to be told', () => {
    const fails: Fails = ({ shard }) => shard === '2';
    expect(culprits({ draw: shards(3), fails, calls: 2_000, perSecond: 3 }).names).toEqual([]);
    expect(culprits({ draw: shards(3), fails, calls: 2_000, perSecond: 9 }).names).toEqual(['{shard=2}']);
  });

  it('finds it with counters so few that all combinations share them', () => {
    const { names } = culprits({ draw: service, fails: ({ shard }) => shard === '2', sketchBytes: 64 });
    expect(names).toEqual(['{shard=2}']);
  });

  it('keeps few on trial, whatever fails', () => {
    const { suspects } = culprits({ draw: service, fails: (_, random) => random() < 0.3, calls: 20_000 });
    expect(suspects).toBeLessThanOrEqual(32);
    expect(suspects).toBeGreaterThan(16);
  });

  it('finds the culprit while all places are taken by what fails too rarely', () => {
    const draw: Draw = (random) =>
      random() < 0.5 ? { shard: 'a', tenant: one(random, 200) } : { shard: 'b', tenant: one(random, 200) };
    const fails: Fails = ({ shard, tenant }, random) => shard === 'b' || (Number(tenant) < 100 && random() < 0.4);
    expect(culprits({ draw, fails, calls: 4_000 }).names).toContain('{shard=b}');
  });
});
