import { ok, strictEqual } from 'node:assert/strict';

import { wrap } from '@inmesh/core';
import { loadBalancer } from '@inmesh/load-balancer';

import { answersOne, bare, one, type Case, type Group } from '../case.ts';
import { peers, type Peer } from '../peers.ts';
import { unread } from './stack.ts';

const origins = Array.from({ length: 100 }, (_, index) => `http://10.0.0.${index}:8080`);

export const group: Group = {
  name: 'balancer',
  work: 'A call to one of 100 endpoints, which a balancer picks',
  async cases() {
    const undicis = await peers<Undici>({
      'undici-7': () => import('undici-7'),
      'undici-8': async () => (await import('undici-8')) as unknown as Undici, // has what is used here alike
    });
    const stack = (await unread.cases()).filter(({ by }) => by === 'inmesh');
    return [
      ...bare,
      noPolicy(),
      inmesh(),
      ...stack.map((its) => ({
        ...its,
        how: 'the stack',
        differs: 'retry, breaker, timeout and limiter; no balancer',
      })),
      ...undicis.map(balancedPool),
    ];
  },
};

type Undici = typeof import('undici-7');

function noPolicy(): Case {
  const call = wrap((next) => next, one);
  return {
    by: 'inmesh',
    how: 'no policy',
    differs: 'what a balancer is added to',
    check: () => answersOne(call),
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
  };
}

function inmesh(): Case {
  const balancer = loadBalancer({ endpoints: origins });
  const call = wrap(balancer, one);
  return {
    by: 'inmesh',
    async check() {
      await answersOne(call);
      strictEqual(balancer.endpoints.length, origins.length);
      ok(balancer.endpoints.every(({ inFlight }) => inFlight === 0));
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await call();
    },
    close: () => {
      balancer.close();
    },
  };
}

type Pick = () => { readonly closed: boolean } | undefined;

/** Its pick has no public name, and no call without a request on the wire. */
function balancedPool({ by, module }: Peer<Undici>): Case {
  const pool = new module.BalancedPool(origins);
  const symbol = Object.getOwnPropertySymbols(module.BalancedPool.prototype).find(
    ({ description }) => description === 'get dispatcher',
  );
  ok(symbol !== undefined);
  const picker = pool as unknown as Record<symbol, Pick>;
  return {
    by,
    differs: 'BalancedPool: only its pick, by its internal name; knows neither load nor latency',
    check() {
      strictEqual(picker[symbol]?.()?.closed, false);
    },
    loop(times) {
      for (let i = 0; i < times; i++) picker[symbol]?.();
    },
    close: () => pool.close(),
  };
}
