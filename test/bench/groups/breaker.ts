import { ok } from 'node:assert/strict';

import { circuitBreaker, CircuitOpenError } from '@inmesh/circuit-breaker';
import { isError, wrap } from '@inmesh/core';

import { answersOne, bare, one, rejection, type Case, type Group } from '../case.ts';
import { cockatiels, leanOpossum, opossums, samplingBreaker, type Cockatiel } from '../contenders.ts';
import type { Peer } from '../peers.ts';

export const closed: Group = {
  name: 'breaker',
  work: 'A call through a closed circuit breaker that counts within 10 s, and succeeds',
  async cases() {
    const [ofCockatiel, ofOpossum] = [await cockatiels(), await opossums()];
    return [
      ...bare,
      inmesh(),
      ...ofCockatiel.map(cockatiel),
      ...ofOpossum.map((peer) => opossum(peer, undefined, leanOpossum, 'no time limit, no percentiles, no snapshots')),
      ...ofOpossum.map((peer) => opossum(peer, 'defaults', {}, 'limits the time and keeps latencies too')),
    ];
  },
};

export const open: Group = {
  name: 'breaker-open',
  work: 'A call that an open circuit breaker refuses; the loop catches the error',
  async cases() {
    const [ofCockatiel, ofOpossum] = [await cockatiels(), await opossums()];
    return [
      ...bare,
      await inmeshOpen(),
      ...(await Promise.all(ofCockatiel.map(cockatielOpen))),
      ...ofOpossum.map(opossumOpen),
    ];
  },
};

function inmesh(): Case {
  const breaker = circuitBreaker();
  const call = wrap(breaker, one);
  return {
    by: 'inmesh',
    async check() {
      const before = breaker.counts.successes;
      await answersOne(call);
      ok(breaker.counts.successes === before + 1);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
  };
}

function cockatiel({ by, module }: Peer<Cockatiel>): Case {
  const breaker = samplingBreaker(module);
  return {
    by,
    differs: 'SamplingBreaker; its windows expire by calls, not by time',
    check: () => answersOne(() => breaker.execute(one)),
    async loop(times) {
      for (let i = 0; i < times; i++) await breaker.execute(one);
    },
  };
}

function opossum(
  { by, module }: Peer<OpossumModule>,
  how: string | undefined,
  options: typeof leanOpossum | Record<string, never>,
  differs: string,
): Case {
  const breaker = new module.default(one, options);
  return {
    by,
    how,
    differs,
    async check() {
      const before = breaker.stats.successes;
      await answersOne(() => breaker.fire());
      ok(breaker.stats.successes === before + 1);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await breaker.fire();
    },
    close: () => {
      breaker.shutdown();
    },
  };
}

const fails = (): Promise<number> => Promise.reject(new Error('down'));

async function inmeshOpen(): Promise<Case> {
  const breaker = circuitBreaker({ openForMs: 1e9 });
  await untilOpen(wrap(breaker, fails), () => breaker.state === 'open');
  const call = wrap(breaker, one);
  return {
    by: 'inmesh',
    async check() {
      ok(isError(await rejection(call()), CircuitOpenError));
    },
    async loop(times) {
      for (let i = 0; i < times; i++) {
        try {
          await call();
        } catch {}
      }
    },
  };
}

async function cockatielOpen({ by, module }: Peer<Cockatiel>): Promise<Case> {
  const breaker = samplingBreaker(module);
  await untilOpen(
    () => breaker.execute(fails),
    () => breaker.state === module.CircuitState.Open,
  );
  return {
    by,
    differs: 'its error carries a stack',
    async check() {
      ok((await rejection(breaker.execute(one))) instanceof module.BrokenCircuitError);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) {
        try {
          await breaker.execute(one);
        } catch {}
      }
    },
  };
}

function opossumOpen({ by, module }: Peer<OpossumModule>): Case {
  const breaker = new module.default(one, { ...leanOpossum, resetTimeout: 2 ** 31 - 1 });
  breaker.open();
  return {
    by,
    differs: 'its error carries a stack',
    async check() {
      ok(breaker.opened);
      ok(((await rejection(breaker.fire())) as { readonly code?: string }).code === 'EOPENBREAKER');
    },
    async loop(times) {
      for (let i = 0; i < times; i++) {
        try {
          await breaker.fire();
        } catch {}
      }
    },
    close: () => {
      breaker.shutdown();
    },
  };
}

async function untilOpen(call: () => Promise<unknown>, isOpen: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !isOpen(); i++) await call().catch(() => {});
  ok(isOpen());
}
