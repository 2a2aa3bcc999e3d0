import { circuitBreaker } from '@inmesh/circuit-breaker';
import { wrap } from '@inmesh/core';

import { one } from '../case.ts';
import { cockatiels, leanOpossum, opossums, samplingBreaker, type Cockatiel } from '../contenders.ts';
import type { Peer } from '../peers.ts';

/** Something of which there are many that wait. Each is measured in a process of its own. */
export interface Idler {
  readonly by: string;
  readonly how?: string | undefined;
  readonly differs?: string | undefined;
  /** Makes one, uses it once unless `how` says otherwise, and gives what is kept of it. */
  make(): unknown;
}

export const idle = {
  name: 'idle',
  work: 'One circuit breaker, of 10,000, that was called once and waits',
  async idlers(): Promise<readonly Idler[]> {
    const [ofCockatiel, ofOpossum] = [await cockatiels(), await opossums()];
    return [
      { by: 'bare', differs: 'an empty object', make: () => ({}) },
      { by: 'inmesh', make: inmesh },
      { by: 'inmesh', how: 'never called', make: () => circuitBreaker() },
      { by: 'inmesh', how: 'and what it is put around', make: inmeshAndWrapped },
      ...ofCockatiel.map(cockatiel),
      ...ofOpossum.map((peer) => opossum(peer, undefined, leanOpossum, 'no time limit, no percentiles, no snapshots')),
      ...ofOpossum.map((peer) => opossum(peer, 'defaults', {}, 'limits the time and keeps latencies too')),
    ];
  },
} as const;

function inmesh(): unknown {
  const breaker = circuitBreaker();
  void wrap(breaker, one)();
  return breaker;
}

function inmeshAndWrapped(): unknown {
  const call = wrap(circuitBreaker(), one);
  void call();
  return call;
}

function cockatiel({ by, module }: Peer<Cockatiel>): Idler {
  return {
    by,
    make() {
      const breaker = samplingBreaker(module);
      void breaker.execute(one);
      return breaker;
    },
  };
}

function opossum(
  { by, module }: Peer<OpossumModule>,
  how: string | undefined,
  options: typeof leanOpossum | Record<string, never>,
  differs: string,
): Idler {
  return {
    by,
    how,
    differs,
    make() {
      const breaker = new module.default(one, options);
      void breaker.fire();
      return breaker;
    },
  };
}
