import { strictEqual } from 'node:assert/strict';

import { wrap } from '@inmesh/core';
import { leastLoaded, loadBalancer, roundRobin, type Algorithm } from '@inmesh/load-balancer';

import type { Sized, Subject } from './subject.ts';

const SIZES = [10, 100, 1_000, 10_000];

export const balancers: readonly Subject[] = [
  subject('balancer', 'which the default algorithm picks', () => undefined),
  subject('balancer-least-loaded', 'which the least loaded of two is', leastLoaded),
  subject('balancer-round-robin', 'in turn', roundRobin),
];

function subject(name: string, how: string, algorithm: () => Algorithm | undefined): Subject {
  return {
    name,
    work: `A call to one of so many endpoints, ${how}`,
    unit: 'endpoints',
    sizes: SIZES,
    callsPerSample: 5_000,
    make: async (size) => ofEndpoints(size, algorithm),
  };
}

function ofEndpoints(size: number, algorithm: () => Algorithm | undefined): Sized {
  const origins = Array.from({ length: size }, (_, index) => `http://10.0.${index >> 8}.${index & 255}:8080`);
  const made = () => {
    const chosen = algorithm();
    return loadBalancer({ endpoints: origins, ...(chosen !== undefined && { algorithm: chosen }) });
  };
  const call = wrap(made(), async () => 1);
  return {
    async loop(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += await call();
      strictEqual(sum, times);
    },
    hold: async () => ({ kept: made(), release: async () => {} }),
  };
}
