// Modelled servers, and a client that sends to them.
import { endpoint, wrap, type Policy, type Random } from '@inmesh/core';
import type { VirtualClock } from '@inmesh/core/testing';

/** A modelled server: what happens to a call that arrives now. */
export type Server = () => Promise<void>;

/** Servers by their origins. */
export type Fleet = ReadonlyMap<string, Server>;

export function fleetOf(count: number, server: (index: number) => Server): Fleet {
  return new Map(Array.from({ length: count }, (_, index) => [`http://s${index}`, server(index)]));
}

/** When calls come: how long after each other, and until when, in ms. */
export interface Arrivals {
  readonly untilMs: number;
  readonly gapMs: () => number;
}

/** Sends calls to the fleet through the policy and gives the share that failed once all have ended, in percent. */
export async function failedPercent(
  policy: Policy,
  fleet: Fleet,
  { untilMs, gapMs }: Arrivals,
  clock: VirtualClock,
): Promise<number> {
  const count = { calls: 0, failed: 0, ended: 0 };
  const send = wrap(policy, (call) => fleet.get(call.get(endpoint)?.origin ?? '')?.() ?? Promise.reject(lost));
  const arrive = (): void => {
    count.calls++;
    void send()
      .catch(() => count.failed++)
      .then(() => count.ended++);
    expectNext();
  };
  const expectNext = (): void => {
    const gap = gapMs();
    if (clock.now() + gap < untilMs) clock.setTimeout(arrive, gap);
  };
  expectNext();
  await clock.advance(untilMs);
  while (count.ended < count.calls) await clock.advance(1_000);
  return (100 * count.failed) / count.calls;
}

const lost = new Error('there is no such server');

/** Answers each call after a time of its own, however many there are. */
export function unlimited(clock: VirtualClock, tookMs: () => number): Server {
  return () => new Promise((resolve) => clock.setTimeout(resolve, tookMs()));
}

/** Works on so many calls at a time and lets the others queue: first in, first out. */
export function queueing(clock: VirtualClock, workers: number, tookMs: () => number): Server {
  const queue: (() => void)[] = [];
  let busy = 0;
  const begin = (resolve: () => void): void => {
    busy++;
    clock.setTimeout(() => {
      busy--;
      resolve();
      const next = queue.shift();
      if (next !== undefined) begin(next);
    }, tookMs());
  };
  return () =>
    new Promise((resolve) => {
      if (busy < workers) begin(resolve);
      else queue.push(resolve);
    });
}

/** Fails each call after so long. */
export function failing(clock: VirtualClock, afterMs: number): Server {
  return () =>
    new Promise((_resolve, reject) => {
      clock.setTimeout(() => {
        reject(new Error('down'));
      }, afterMs);
    });
}

/** Fails that share of the calls at once, and passes on the others. */
export function flaky(random: Random, ratio: number, server: Server): Server {
  return () => (random() < ratio ? Promise.reject(new Error('flaky')) : server());
}

/** A time from an exponential distribution. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** A time from a normal distribution, by Box and Muller. */
export function normal(random: Random, mean: number, deviation: number): number {
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
