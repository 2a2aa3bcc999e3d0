import { ok, strictEqual } from 'node:assert/strict';

import { CircuitOpenError } from '@inmesh/circuit-breaker';
import { slices, type Slices } from '@inmesh/circuit-breaker/slices';
import { isError, wrap, type Call } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';

import { answersOne, bare, one, rejection, type Case, type Group } from '../case.ts';

export const group: Group = {
  name: 'slices',
  work: 'A call with four attributes, one of them a tenant of a million, through slices',
  async cases() {
    return [...bare, allWell(), someFail(), await besideOpen(), await refused()];
  },
};

interface Request {
  readonly method: string;
  readonly route: string;
  readonly shard: string;
  readonly tenant: string;
}

const random = seededRandom(7);
const pick = (of: number): string => String(Math.floor(random() * of));
/** Which request comes when: drawn before, and as many as a mask can wrap. */
const drawn = Array.from({ length: 2 ** 14 }, () => requestOf(pick(3)));
const MASK = drawn.length - 1;
const first = requestOf('0');
const requestAt = (i: number): Request => drawn[i & MASK] ?? first;

function requestOf(shard: string): Request {
  return { method: pick(3), route: `/${pick(10)}`, shard, tenant: `tenant-${pick(1e6)}` };
}

const ask = (name: keyof Request) => (call: Call) => (call.input as readonly [Request])[0][name];
const down = Promise.reject(new Error('down')); // ready made: what an error costs is not ours
down.catch(() => {});

function make(fails: (request: Request) => boolean): { policy: Slices; call: (request: Request) => Promise<number> } {
  const policy = slices({
    attributes: { method: ask('method'), route: ask('route'), shard: ask('shard'), tenant: ask('tenant') },
    openForMs: 1e9,
    random,
  });
  return { policy, call: wrap(policy, (_, request: Request) => (fails(request) ? down : one())) };
}

function allWell(): Case {
  const { policy, call } = make(() => false);
  return {
    by: 'inmesh',
    differs: 'nobody reads the attributes',
    async check() {
      await answersOne(() => call(first));
      strictEqual(policy.counts.suspects, 0);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) await call(requestAt(i));
    },
  };
}

function someFail(): Case {
  let sent = 0;
  const { policy, call } = make(() => ++sent % 101 === 0); // others of the drawn requests each time around
  return {
    by: 'inmesh',
    how: '1 % fail',
    differs: 'the loop catches them',
    async check() {
      for (let i = 0; i < 2_000; i++) await call(requestAt(i)).catch(() => {});
      ok(policy.counts.failures > 0);
      strictEqual(policy.open.length, 0);
    },
    async loop(times) {
      for (let i = 0; i < times; i++) {
        try {
          await call(requestAt(i));
        } catch {}
      }
    },
  };
}

async function besideOpen(): Promise<Case> {
  const call = await withDeadShard();
  const others = drawn.filter(({ shard }) => shard !== '2');
  return {
    by: 'inmesh',
    how: 'another slice is open',
    differs: 'reads the attributes',
    check: () => answersOne(() => call(first)),
    async loop(times) {
      for (let i = 0; i < times; i++) await call(others[i % others.length] ?? first);
    },
  };
}

async function refused(): Promise<Case> {
  const call = await withDeadShard();
  const dead = requestOf('2');
  return {
    by: 'inmesh',
    how: 'refused',
    differs: 'the loop catches the error',
    async check() {
      ok(isError(await rejection(call(dead)), CircuitOpenError));
    },
    async loop(times) {
      for (let i = 0; i < times; i++) {
        try {
          await call(dead);
        } catch {}
      }
    },
  };
}

async function withDeadShard(): Promise<(request: Request) => Promise<number>> {
  const { policy, call } = make(({ shard }) => shard === '2');
  for (let i = 0; i < 1_000; i++) await call(requestAt(i)).catch(() => {});
  for (let i = 0; i < 1_000 && policy.counts.suspects > 0; i++) await call(first);
  strictEqual(policy.open.map(({ name }) => name).join(), 'slices{shard=2}');
  return call;
}
