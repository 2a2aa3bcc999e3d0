import { existsSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

import { systemClock } from '@inmesh/core';
import { seededRandom } from '@inmesh/core/testing';
import { wrapFetch } from '@inmesh/fetch';

import { heldBytes } from '../bench/held.ts';
import { FaultyServers } from './faulty-servers.ts';
import { HeapRecord, type HeapSample, type Paused } from './heap.ts';
import { read, request } from './loopback-caller.ts';
import { nameOf, Tally } from './tally.ts';
import { Watch, type Broken } from './watch.ts';
import { countsOf, probesOf, wholeStack, type WholeStack } from './whole-stack.ts';

/** What a run over loopback came to. */
export interface LoopbackFound {
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly paths: Readonly<Record<string, number>>;
  readonly tookMs: number;
  readonly heap: readonly HeapSample[];
  readonly baseline: Handles;
  /** The most that were open while nothing was to be, at any pause. */
  readonly left: Handles;
  readonly broken: readonly Broken[];
}

/** What the operating system holds for this process. */
interface Handles {
  readonly sockets: number;
  /** File descriptors, of which sockets are some; where the system tells. */
  readonly files: number;
  readonly timers: number;
}

const CALLERS = 64;
const SERVERS = 3;
const AT_ONCE = 200; // to one origin: more than callers and bodies that nobody reads come to
const QUIET_MS = 20_000; // idle connections are kept for three seconds
const LIMITS = {
  totalMs: 1_500,
  attemptMs: 250,
  attempts: 3,
  ratePerSecond: 3_000,
  burst: 50,
  maxQueue: 100,
  maxTenants: 8,
  maxSeries: 100,
};

/** Calls servers with faults for so many minutes, and holds everything that is open to what there was before at every pause. */
export async function loopbackRun(minutes: number, seed: number, paused?: Paused): Promise<LoopbackFound> {
  const begun = performance.now();
  const servers = await FaultyServers.start(SERVERS, seed);
  const soak = new Soak(servers, [...servers.origins, await deadOrigin()], seed);
  await soak.warmUp();
  const pauses = Math.max(1, Math.min(24, Math.floor(minutes * 4)));
  const heap = new HeapRecord(pauses);
  for (let pause = 0; pause < pauses; pause++) {
    await soak.traffic((minutes * 60_000) / pauses);
    await soak.quiet();
    const sample = await heap.add(soak.begun);
    paused?.(sample);
  }
  const found = soak.end();
  await servers.close();
  return { ...found, tookMs: Math.round(performance.now() - begun), heap: heap.samples };
}

class Soak {
  begun = 0;
  readonly #watch = new Watch();
  readonly #servers: FaultyServers;
  readonly #origins: readonly string[];
  readonly #random: () => number;
  readonly #stack: WholeStack;
  readonly #api: typeof fetch;
  readonly #outcomes = new Tally();
  readonly #paths = new Tally();
  #baseline: Handles = handles();
  #left: Handles = { sockets: 0, files: 0, timers: 0 };
  #inFlight = 0;

  constructor(servers: FaultyServers, origins: readonly string[], seed: number) {
    this.#servers = servers;
    this.#origins = origins;
    this.#random = seededRandom(seed);
    this.#stack = wholeStack(oneSnapshot(origins), LIMITS, systemClock, this.#random);
    this.#api = wrapFetch(this.#stack.policy, {
      name: (input) => new URL(input instanceof Request ? input.url : input).pathname,
    });
  }

  /** What native fetch makes once is no leak: it keeps something for each connection that an origin ever had at once. */
  async warmUp(): Promise<void> {
    const requests = this.#origins.flatMap((origin) => Array.from({ length: AT_ONCE }, () => fetch(`${origin}/slow`)));
    for (const answered of await Promise.allSettled(requests))
      if (answered.status === 'fulfilled') await answered.value.arrayBuffer();
    await this.traffic(500);
    await this.#rest();
    this.#baseline = handles();
  }

  async traffic(ms: number): Promise<void> {
    const end = performance.now() + ms;
    const caller = async (): Promise<void> => {
      while (performance.now() < end) await this.#once();
    };
    const callers = Promise.all(Array.from({ length: CALLERS }, caller));
    const patience = new AbortController();
    await Promise.race([callers, after(ms + QUIET_MS, undefined, { signal: patience.signal })]);
    patience.abort();
  }

  /** Waits for what has to come to its end, and looks for what is left. */
  async quiet(): Promise<void> {
    const watch = this.#watch;
    watch.expect('calls that never settle', this.#inFlight, 0);
    const found = await this.#rest();
    for (const [kind, count] of Object.entries(countsOf(this.#stack))) watch.expect(kind, count, 0);
    const { perEndpoint, balancer } = this.#stack;
    const origins = balancer.endpoints.map(({ endpoint }) => endpoint.origin);
    watch.expect('probes of endpoints', probesOf(perEndpoint, origins), 0);
    watch.atMost('sockets', found.sockets, this.#baseline.sockets);
    watch.atMost('file descriptors', found.files, this.#baseline.files);
    watch.atMost('timers', found.timers, this.#baseline.timers);
    const open = await this.#servers.open();
    watch.expect('connections that the servers still have', open.connections, 0);
    watch.expect('answers that the servers still owe', open.answers, 0);
    watch.expect('outcomes', this.#outcomes.total, this.begun);
    this.#left = {
      sockets: Math.max(this.#left.sockets, found.sockets),
      files: Math.max(this.#left.files, found.files),
      timers: Math.max(this.#left.timers, found.timers),
    };
  }

  end(): Omit<LoopbackFound, 'tookMs' | 'heap'> {
    this.#stack.close();
    this.#watch.close();
    return {
      calls: this.begun,
      outcomes: this.#outcomes.toJSON(),
      paths: this.#paths.toJSON(),
      baseline: this.#baseline,
      left: this.#left,
      broken: this.#watch.broken,
    };
  }

  async #once(): Promise<void> {
    const { path, init, abort } = request(this.#random);
    this.begun++;
    this.#inFlight++;
    this.#paths.add(path);
    try {
      const response = await this.#api(`http://soak.test${path}`, init);
      const ending = await read(response, this.#random);
      this.#outcomes.add(`${response.status} ${ending}`);
    } catch (error) {
      this.#outcomes.add(nameOf(error));
    }
    clearTimeout(abort);
    this.#inFlight--;
  }

  /** Collects what nobody reads, until nothing is open that was not before, or it takes too long. */
  async #rest(): Promise<Handles> {
    const end = performance.now() + QUIET_MS;
    for (;;) {
      await heldBytes();
      const found = handles();
      const counts = Object.values(countsOf(this.#stack)).reduce((sum, count) => sum + count, 0);
      const { connections, answers } = await this.#servers.open();
      const above = found.files > this.#baseline.files || found.timers > this.#baseline.timers;
      const open = counts + connections + answers + found.sockets;
      if ((open === 0 && !above) || performance.now() > end) return found;
      await after(50);
    }
  }
}

function handles(): Handles {
  const resources = process.getActiveResourcesInfo();
  const count = (name: string): number => resources.filter((each) => each === name).length;
  const files = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
  return { sockets: count('TCPSocketWrap'), files, timers: count('Timeout') };
}

/** Where nobody listens. */
async function deadOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function* oneSnapshot(origins: readonly string[]): AsyncGenerator<readonly string[]> {
  yield origins;
}
