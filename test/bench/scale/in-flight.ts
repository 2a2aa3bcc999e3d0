import { strictEqual } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, systemClock, wrap, type Clock } from '@inmesh/core';
import { virtualClock, type VirtualClock } from '@inmesh/core/testing';
import { loadBalancer } from '@inmesh/load-balancer';
import { tokenBucket, type TokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

import type { Sized, Subject } from './subject.ts';
import { Weight } from './weight.ts';

const SIZES = [100, 1_000, 10_000, 100_000];
const STACK = 'total timeout, retry, breaker, bucket with a queue, balancer of ten, attempt timeout';
const MOST = 100_000;

export const inFlight: Subject = {
  name: 'in-flight',
  work: `Calls through ${STACK}: so many are sent, then all are answered in order`,
  unit: 'calls in flight',
  sizes: SIZES,
  callsPerSample: MOST,
  share: 1 / 20,
  inFlight: true,
  bare,
  asLarge,
  make: async (size) => new Wave(size, (answers) => around(bucketOf(1e8, size, systemClock), systemClock, answers)),
};

export const queued: Subject = {
  name: 'queued',
  work: `The same, and each first waits in the queue of the bucket, whose tokens come when all wait`,
  unit: 'calls in the queue',
  sizes: SIZES,
  callsPerSample: MOST,
  share: 1 / 20,
  inFlight: true,
  bare,
  asLarge,
  make: async (size) => {
    const clock = virtualClock();
    const bucket = bucketOf(TOKENS_PER_MS * 1_000, size, clock);
    return new Wave(size, (answers) => around(bucket, clock, answers), new Turnstile(bucket, clock, size));
  },
};

const TOKENS_PER_MS = 10_000;

function bucketOf(ratePerSecond: number, size: number, clock: Clock): TokenBucket {
  return tokenBucket({ ratePerSecond, burst: size, maxQueue: size, clock });
}

type Answer = (value: number) => void;

const later = (answers: Answer[]): Promise<number> => new Promise((resolve) => answers.push(resolve));

async function bare(size: number): Promise<Sized> {
  return new Wave(size, (answers) => () => later(answers));
}

async function asLarge(size: number, bytesEach: number): Promise<Sized> {
  const heavy = (answers: Answer[]): Promise<number> => {
    const weight = new Weight(bytesEach);
    return new Promise((resolve) => answers.push((value) => resolve(value + weight.touch())));
  };
  return new Wave(size, (answers) => () => heavy(answers));
}

function around(bucket: TokenBucket, clock: Clock, answers: Answer[]): () => Promise<number> {
  const endpoints = Array.from({ length: 10 }, (_, index) => `http://10.0.0.${index}:8080`);
  const policy = compose(
    timeout(120_000, { clock }),
    retry({ clock }),
    circuitBreaker({ clock }),
    bucket,
    loadBalancer({ endpoints, clock }),
    timeout(60_000, { until: 'head', clock }),
  );
  return wrap(policy, () => later(answers));
}

/** Nobody passes until all are there. */
class Turnstile {
  readonly #bucket: TokenBucket;
  readonly #clock: VirtualClock;
  readonly #size: number;

  constructor(bucket: TokenBucket, clock: VirtualClock, size: number) {
    this.#bucket = bucket;
    this.#clock = clock;
    this.#size = size;
  }

  close(): void {
    strictEqual(this.#bucket.tryAcquire(Math.floor(this.#bucket.available)), true);
  }

  async open(): Promise<void> {
    strictEqual(this.#bucket.waiting, this.#size);
    this.#clock.block(this.#size / TOKENS_PER_MS);
    await this.#clock.advance(1); // one timer rings, for all
    this.#clock.block(this.#size / TOKENS_PER_MS);
    strictEqual(this.#bucket.waiting, 0);
  }
}

/** Begins so many calls, then answers them all. */
class Wave implements Sized {
  readonly #size: number;
  readonly #call: () => Promise<number>;
  readonly #turnstile: Turnstile | undefined;
  #answers: Answer[] = [];

  constructor(size: number, make: (answers: Answer[]) => () => Promise<number>, turnstile?: Turnstile) {
    this.#size = size;
    this.#call = make(this.#answers);
    this.#turnstile = turnstile;
  }

  async loop(times: number): Promise<void> {
    for (let done = 0; done < times; done += this.#size) await this.#answerAll(this.#begin());
  }

  async hold(): Promise<{ kept: unknown; release(): Promise<void> }> {
    const kept = this.#begin();
    return { kept, release: () => this.#answerAll(kept) };
  }

  #begin(): Promise<number>[] {
    this.#turnstile?.close();
    const calls: Promise<number>[] = [];
    for (let i = 0; i < this.#size; i++) calls.push(this.#call());
    return calls;
  }

  async #answerAll(calls: readonly Promise<number>[]): Promise<void> {
    await this.#turnstile?.open();
    strictEqual(this.#answers.length, this.#size);
    for (const answer of this.#answers) answer(1);
    this.#answers.length = 0;
    let sum = 0;
    for (const call of calls) {
      const answer = await call;
      sum += answer;
    }
    strictEqual(sum, this.#size);
  }
}
