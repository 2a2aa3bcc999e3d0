import { circuitBreaker, CircuitOpenError, growing } from '@inmesh/circuit-breaker';
import {
  Call,
  circuitChannel,
  compose,
  FAILURE,
  IGNORABLE,
  listenerChannel,
  wrap,
  type CircuitEvent,
  type Handler,
  type ListenerEvent,
  type Verdict,
} from '@inmesh/core';
import { heldProtocol, HeldResult, scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { slices, type SlicesOptions } from './slices.ts';

interface Request {
  readonly shard?: unknown;
  readonly tenant?: unknown;
}

const ask = (name: keyof Request) => (call: Call) => (call.input as readonly Request[])[0]?.[name] as string;
const attributes = { shard: ask('shard'), tenant: ask('tenant') };

/** Three shards behind it, of which those in `dead` fail. */
function sharded(options: Partial<SlicesOptions> = {}) {
  const clock = virtualClock();
  const policy = slices({ attributes, name: 'stock', clock, random: () => 0.5, ...options });
  const dead = new Set<unknown>();
  const send = wrap(policy, async (_call, request: Request) => {
    if (dead.has(request.shard)) throw new Error('down');
    return request.shard;
  });
  const sendAll = async (rounds: number, shards: readonly unknown[] = [0, 1, 2]) => {
    for (let round = 0; round < rounds; round++)
      for (const shard of shards) await send({ shard, tenant: `t${round % 7}` }).catch(() => {});
  };
  return { clock, policy, dead, send, sendAll };
}

const NO_VALUE = 'TypeError: attribute shard must be a string, a number or nothing, got ';

function failing(error: Error): never {
  throw error;
}

describe('slices', () => {
  it('passes on results and errors as they are', async () => {
    const { policy } = sharded();
    const error = { not: 'an Error' };
    await expect(wrap(policy, async (_call, value: number) => value * 2)(21)).resolves.toBe(42);
    await expect(wrap(policy, () => Promise.reject(error))()).rejects.toBe(error);
    expect(policy.counts).toEqual({ successes: 1, failures: 1, ignored: 0, refused: 0, suspects: 0, unopened: 0 });
  });

  it('refuses the calls of a dead shard and no others, and names it', async () => {
    const { policy, dead, send, sendAll, clock } = sharded();
    dead.add(2);
    await clock.advance(10);
    await sendAll(40);
    expect(policy.open).toMatchObject([
      {
        name: 'stock{shard=2}',
        attributes: { shard: '2' },
        reason: '20 of 20 calls failed within 0 ms, 0 % of 40 others',
        since: 10,
        state: 'open',
      },
    ]);
    await clock.advance(2_000);
    const refused = await send({ shard: 2 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CircuitOpenError);
    expect(refused).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', policy: 'stock{shard=2}', retryAfterMs: 3_000 });
    await expect(send({ shard: 1 })).resolves.toBe(1);
    expect(policy.counts.refused).toBe(16);
  });

  it('closes again when a probe succeeds, and then knows nothing of it', async () => {
    const { policy, dead, send, sendAll, clock } = sharded();
    dead.add(2);
    await sendAll(40);
    await clock.advance(5_000);
    await expect(send({ shard: 2 })).rejects.toThrow('down');
    await expect(send({ shard: 2 })).rejects.toThrow(CircuitOpenError);
    dead.clear();
    await clock.advance(5_000);
    expect(policy.open).toMatchObject([{ state: 'half-open' }]);
    await expect(send({ shard: 2 })).resolves.toBe(2);
    expect(policy.open).toEqual([]);
    const { refused } = policy.counts;
    await sendAll(40);
    expect(policy.counts).toMatchObject({ refused, suspects: 0 });
  });

  it('makes its circuits as it was told', async () => {
    const openForMs = growing({ baseMs: 100, jitter: 'none' });
    const { policy, dead, send, sendAll, clock } = sharded({ openForMs, halfOpen: 2 });
    dead.add(2);
    await sendAll(40);
    await clock.advance(100);
    await expect(send({ shard: 2 })).rejects.toThrow('down');
    await expect(send({ shard: 2 })).rejects.toMatchObject({ retryAfterMs: 200 });
    dead.clear();
    await clock.advance(200);
    await send({ shard: 2 });
    expect(policy.open).toHaveLength(1);
    await send({ shard: 2 });
    expect(policy.open).toHaveLength(0);
  });

  it('opens for the whole when all is down', async () => {
    const { policy, dead, send, sendAll } = sharded();
    for (const shard of [0, 1, 2]) dead.add(shard);
    await sendAll(40);
    expect(policy.open).toMatchObject([{ name: 'stock{}', attributes: {} }]);
    await expect(send({ shard: 1 })).rejects.toThrow('stock{} lets no call through; one may probe in 5000 ms');
  });

  it('takes the parts that are open into a whole that opens', async () => {
    const { policy, dead, sendAll } = sharded();
    dead.add(2);
    await sendAll(40);
    const [part] = policy.open;
    dead.add(0).add(1);
    await sendAll(40);
    expect(policy.open.map(({ name }) => name)).toEqual(['stock{}']);
    expect(part?.breaker.state).toBe('closed');
  });

  it('forgets a slice whose circuit is closed by hand', async () => {
    const { policy, dead, send, sendAll } = sharded();
    dead.add(2);
    await sendAll(40);
    dead.clear();
    policy.open[0]?.breaker.close();
    await expect(send({ shard: 2 })).resolves.toBe(2);
    expect(policy.open).toEqual([]);
  });

  it('opens no more than it may at a time, and makes room where nobody calls', async () => {
    const { policy, dead, sendAll, clock } = sharded({ maxOpen: 1 });
    const all = [0, 1, 2, 3, 4, 5];
    dead.add(1);
    await sendAll(40, all);
    dead.add(2);
    await sendAll(40, all);
    expect(policy.open).toMatchObject([{ attributes: { shard: '1' } }]);
    expect(policy.counts.unopened).toBeGreaterThan(0);
    await clock.advance(5_000);
    await sendAll(60, [0, 2, 3, 4, 5]);
    expect(policy.open).toMatchObject([{ attributes: { shard: '2' } }]);
  });

  it('tells apart by one attribute alone', async () => {
    const { policy, dead, sendAll } = sharded({ attributes: { shard: ask('shard') } });
    dead.add(2);
    await sendAll(40);
    expect(policy.open).toMatchObject([{ name: 'stock{shard=2}' }]);
  });

  it('publishes what opens and closes as circuits with names of their own', async () => {
    const { policy, dead, send, sendAll, clock } = sharded({ name: 'published' });
    const events: CircuitEvent[] = [];
    const stop = circuitChannel.subscribe((event) => {
      if (event.circuit.startsWith('published')) events.push(event);
    });
    dead.add(2);
    await sendAll(40);
    const subject = policy.open[0]?.breaker;
    dead.clear();
    await clock.advance(5_000);
    await send({ shard: 2 });
    stop();
    expect(events).toMatchObject([
      { from: 'closed', to: 'open', reason: '20 of 20 calls failed within 0 ms, 0 % of 40 others', at: 0 },
      { from: 'open', to: 'half-open', at: 5_000 },
      { from: 'half-open', to: 'closed', at: 5_000 },
    ]);
    for (const event of events) {
      expect(event.circuit).toBe('published{shard=2}');
      expect(event.subject).toBe(subject);
    }
  });

  it('refuses nothing while it observes, and tells what is open', async () => {
    const { policy, dead, send, sendAll } = sharded({ mode: 'observing' });
    dead.add(2);
    await sendAll(40);
    expect(policy.open).toMatchObject([{ name: 'stock{shard=2}', state: 'open' }]);
    expect(policy.open[0]?.breaker.mode).toBe('observing');
    await expect(send({ shard: 2 })).rejects.toThrow('down');
    expect(policy.counts.refused).toBeGreaterThan(0);
  });

  const pushback: Verdict = { health: 'failure', retryable: true, pushback: true, unsent: false };
  it.each<[string, Verdict, Partial<SlicesOptions>, number]>([
    ['what is ignorable', IGNORABLE, {}, 0],
    ['pushback', pushback, {}, 0],
    ['pushback if it is asked', pushback, { countPushback: true }, 1],
    ['a failure', FAILURE, {}, 1],
  ])('counts %s by its judge', async (_, verdict, options, open) => {
    const { policy, send } = sharded({
      ...options,
      judge: { ofResult: (result) => (result === 2 ? verdict : undefined) },
    });
    for (let call = 0; call < 120; call++) await send({ shard: call % 3 }).catch(() => {});
    expect(policy.open).toHaveLength(open);
    if (open === 0) expect(policy.counts).toMatchObject({ failures: 0, ignored: 40 });
  });

  it('does not count the refusals of a policy inside it, nor the abort of a caller', async () => {
    const { policy } = sharded();
    const inner = circuitBreaker({ mode: 'forced-open' });
    const call = wrap(compose(policy, inner), () => 'never');
    for (let sent = 0; sent < 50; sent++) await call().catch(() => {});
    const controller = new AbortController();
    const aborted = wrap(policy, ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)), {
      signal: controller.signal,
    })();
    controller.abort(new Error('never mind'));
    await expect(aborted).rejects.toBeDefined();
    expect(policy.counts).toMatchObject({ failures: 0, ignored: 51 });
    expect(policy.open).toEqual([]);
  });

  it('counts for nothing what comes late of a slice that opened, also after it closed', async () => {
    const { policy, dead, send, sendAll, clock } = sharded();
    const server = scriptedHandler<string>();
    const slow = policy(server.handler);
    const late = Array.from({ length: 60 }, () => slow(Call.start([{ shard: 2 }])).catch(() => {}));
    const failNext = async () => (await server.next()).fail(new Error('late'));
    dead.add(2);
    await sendAll(40);
    for (let count = 0; count < 30; count++) await failNext();
    const { failures } = policy.counts;
    dead.clear();
    await clock.advance(5_000);
    await send({ shard: 2 });
    expect(policy.open).toEqual([]);
    for (let count = 0; count < 30; count++) await failNext();
    await Promise.all(late);
    expect(policy.counts).toMatchObject({ failures, ignored: 60, suspects: 0 });
    dead.add(2);
    await sendAll(40);
    expect(policy.open).toHaveLength(1);
  });

  it('takes a call whose body dies later for one failure', async () => {
    const { policy } = sharded();
    for (let round = 0; round < 3; round++) {
      const result = new HeldResult();
      await policy(async () => result)(Call.start([{ shard: 1 }], { protocol: heldProtocol }));
      result.end(round === 0 ? undefined : new Error('reset'));
    }
    expect(policy.counts).toMatchObject({ successes: 1, failures: 2 });
  });

  it('opens a shard whose bodies all die', async () => {
    const { policy } = sharded();
    for (let round = 0; round < 120 && policy.open.length === 0; round++) {
      const result = new HeldResult();
      await policy(async () => result)(Call.start([{ shard: round % 3 }], { protocol: heldProtocol }));
      result.end(round % 3 === 2 ? new Error('reset') : undefined);
    }
    expect(policy.open).toMatchObject([
      { name: 'stock{shard=2}', reason: '20 of 20 calls failed within 0 ms, 0 % of 40 others' },
    ]);
    const late = new HeldResult();
    await policy(async () => late)(Call.start([{ shard: 1 }], { protocol: heldProtocol }));
    late.end(new Error('reset'));
    expect(policy.counts.failures).toBe(26);
  });

  it('takes a policy inside that throws for one that rejects', async () => {
    const { policy } = sharded();
    const bug = new Error('thrown');
    const broken = policy<string>(() => {
      throw bug;
    });
    await expect(broken(Call.start([{}]))).rejects.toBe(bug);
    expect(policy.counts.failures).toBe(1);
  });

  it('is one for all the handlers it wraps', async () => {
    const { policy, dead, sendAll } = sharded();
    dead.add(2);
    await sendAll(40);
    const other = wrap(policy, (_call, _request: Request) => 'never');
    await expect(other({ shard: 2 })).rejects.toThrow(CircuitOpenError);
  });

  it('reads no attribute while all is well, and each at most twice for a call', async () => {
    let reads = 0;
    const counted = (call: Call) => {
      reads++;
      return ask('shard')(call);
    };
    const { dead, send, sendAll } = sharded({ attributes: { shard: counted } });
    await sendAll(100);
    expect(reads).toBe(0);
    dead.add(2);
    await sendAll(40);
    reads = 0;
    await send({ shard: 1 });
    expect(reads).toBeLessThanOrEqual(2);
  });

  it('takes numbers for text, and null for nothing', async () => {
    const { policy, send } = sharded();
    const fail: Handler<never> = () => Promise.reject(new Error('down'));
    for (let call = 0; call < 80; call++) {
      await send({ shard: null, tenant: undefined });
      await policy(fail)(Call.start([{ shard: call % 2 ? 7 : '7', tenant: true }])).catch(() => {});
    }
    expect(policy.open).toMatchObject([{ attributes: { shard: '7' } }]);
  });

  it('shows values that come from outside so that none looks like more than a value', async () => {
    const { policy, dead, sendAll } = sharded();
    const [evil, long] = ['a b}\n{"', 'x'.repeat(100)];
    dead.add(evil).add(long);
    await sendAll(60, [0, 1, 2, 3, evil, long]);
    expect(policy.open.map(({ name }) => name).sort()).toEqual([
      'stock{shard="a b}\\n{\\""}',
      `stock{shard="${'x'.repeat(63)}…"}`,
    ]);
    expect(policy.open.map(({ attributes: { shard } }) => shard)).toEqual(expect.arrayContaining([evil, long]));
  });

  it.each<[string, () => unknown, string]>([
    ['throws', () => failing(new Error('attribute')), 'Error: attribute'],
    ['gives an object', () => ({}), `${NO_VALUE}an object`],
    ['is asynchronous', () => Promise.reject(new Error('later')), `${NO_VALUE}a promise`],
  ])('is not harmed by an attribute that %s: the call does not have it', async (_, shard, message) => {
    const heard: ListenerEvent[] = [];
    const stop = listenerChannel.subscribe((event) => heard.push(event));
    const { policy } = sharded({ attributes: { shard: shard as () => string } });
    await expect(wrap(policy, () => Promise.reject(new Error('down')))()).rejects.toThrow('down');
    await Promise.resolve();
    stop();
    expect(heard.map(({ to }) => to)).toContain('attribute');
    expect(heard.map(({ error }) => String(error))).toContain(message);
    expect(policy.counts.failures).toBe(1);
  });
});
