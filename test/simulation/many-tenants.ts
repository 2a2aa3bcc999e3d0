// Calls of a million tenants through slices, of whom one fails always and one call in a hundred otherwise, and what they keep.
// Prints one line of JSON. Run with --expose-gc.
import { ok } from 'node:assert/strict';

import { slices } from '@inmesh/circuit-breaker/slices';
import { wrap, type Call } from '@inmesh/core';
import { seededRandom, virtualClock } from '@inmesh/core/testing';

const TENANTS = 1_000_000;
const PER_SECOND = 2_000;
const BAD_SHARE = 5 / PER_SECOND;

interface Request {
  readonly method: string;
  readonly route: string;
  readonly shard: string;
  readonly tenant: string;
}

const ask = (name: keyof Request) => (call: Call) => (call.input as readonly [Request])[0][name];
const down = new Error('down');

/** A service behind slices. */
class Service {
  readonly #clock = virtualClock();
  readonly #random = seededRandom(1);
  readonly policy = slices({
    attributes: { method: ask('method'), route: ask('route'), shard: ask('shard'), tenant: ask('tenant') },
    openForMs: 1e9,
    clock: this.#clock,
    random: this.#random,
  });
  readonly #send = wrap(this.policy, (_, { tenant }: Request) =>
    tenant === 'bad' || this.#random() < 0.01 ? Promise.reject(down) : Promise.resolve(),
  );

  async sendFor(tenants: number): Promise<void> {
    for (let sent = 0; sent < tenants; sent++) {
      await this.#sendFor(`tenant-${sent}`);
      if (this.#random() < BAD_SHARE) await this.#sendFor('bad');
      if (sent % 100 === 0) this.#clock.block((100 * 1_000) / PER_SECOND);
    }
  }

  async #sendFor(tenant: string): Promise<void> {
    await this.#send({ method: this.#pick(3), route: this.#pick(10), shard: this.#pick(3), tenant }).catch(() => {});
  }

  #pick(of: number): string {
    return String(Math.floor(this.#random() * of));
  }
}

function held(): number {
  ok(globalThis.gc !== undefined, 'run with --expose-gc');
  for (let round = 0; round < 5; round++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

await new Service().sendFor(50_000); // so that what V8 keeps of the code is there
const before = held();
const service = new Service();
await service.sendFor(TENANTS);
const bytes = held() - before;
const { open, counts } = service.policy;
const [first] = open;
console.log(
  JSON.stringify({ tenants: TENANTS, bytes, open: open.map(({ name }) => name), since: first?.since, counts }),
);
