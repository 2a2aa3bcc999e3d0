import { strictEqual } from 'node:assert/strict';

import { wrap } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { leastLoaded, loadBalancer, roundRobin, type Algorithm } from '@inmesh/load-balancer';

import type { Sized, Subject } from './subject.ts';
import { Weight } from './weight.ts';

const SIZES = [10, 100, 1_000, 10_000];

export const balancers: readonly Subject[] = [
  subject('balancer', 'which the default algorithm picks', () => undefined),
  subject('balancer-least-loaded', 'which the least loaded of two is', leastLoaded),
  subject('balancer-round-robin', 'in turn', roundRobin, inTurn),
];

function subject(name: string, how: string, algorithm: () => Algorithm | undefined, order = atRandom): Subject {
  return {
    name,
    work: `A call to one of so many endpoints, ${how}`,
    unit: 'endpoints',
    sizes: SIZES,
    callsPerSample: 50_000,
    share: 1 / 5,
    bare: async (size) => ofWeights(size, 0, order),
    asLarge: async (size, bytesEach) => ofWeights(size, bytesEach, order),
    make: async (size) => ofEndpoints(size, algorithm),
  };
}

function ofEndpoints(size: number, algorithm: () => Algorithm | undefined): Sized {
  const origins = Array.from({ length: size }, (_, index) => `http://10.0.${index >> 8}.${index & 255}:8080`);
  const made = () => {
    const chosen = algorithm();
    return loadBalancer({ endpoints: origins, ...(chosen !== undefined && { algorithm: chosen }) });
  };
  return looped(
    wrap(made(), async () => 1),
    made,
  );
}

/** An array of bare objects, of which one is picked for each call. */
function ofWeights(size: number, bytesEach: number, order: Order): Sized {
  const made = () => Array.from({ length: size }, () => new Weight(bytesEach));
  const weights = made();
  const pick = order(size);
  return looped(async () => 1 + (weights[pick()]?.touch() ?? NaN), made);
}

/** Gives what picks the next of so many. */
type Order = (size: number) => () => number;

function atRandom(size: number): () => number {
  const random = seededRandom(7);
  return () => Math.floor(random() * size);
}

function inTurn(size: number): () => number {
  let at = 0;
  return () => (at = (at + 1) % size);
}

function looped(call: () => Promise<number>, made: () => unknown): Sized {
  return {
    async loop(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += await call();
      strictEqual(sum, times);
    },
    hold: async () => ({ kept: made(), release: async () => {} }),
  };
}
