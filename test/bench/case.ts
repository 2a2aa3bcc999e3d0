import { strictEqual } from 'node:assert/strict';

/** One contender in a group. */
export interface Case {
  /** Who does the work: `bare`, `inmesh`, or a peer with its version. */
  readonly by: string;
  /** Which of the ways in which it can be done (default: the one to compare). */
  readonly how?: string | undefined;
  /** What it does otherwise than ours; shown in the report. */
  readonly differs?: string | undefined;
  /** Does the work once, and throws unless what came of it is what the group says. */
  check(): void | Promise<void>;
  /** Does it so many times. Each case has a loop of its own, so that V8 compiles each for what it calls. */
  loop(times: number): void | Promise<void>;
  /** Lets go of timers and sockets. */
  close?: (() => unknown) | undefined;
}

/** Contenders that do the same work, measured together. */
export interface Group {
  readonly name: string;
  /** What each of them does. */
  readonly work: string;
  /** What the time is: the clock's, or the processor's time that this process used (default: `clock`). */
  readonly meter?: 'clock' | 'cpu';
  /** How much longer its samples are than those of the others, where a call is long; there are a third as many (default: 1). */
  readonly longer?: number;
  cases(): Promise<readonly Case[]>;
}

/** What all the policies are put around. */
export const one = async (): Promise<number> => 1;

/** The same, by a function that reads the signal it is given. */
export const oneAfterSignal = async ({ signal }: { readonly signal: AbortSignal }): Promise<number> =>
  signal.aborted ? 0 : 1;

/** The bare awaited call, which everything is compared to, and once more to show the noise. */
export const bare: readonly Case[] = [undefined, 'again'].map((how) => ({
  by: 'bare',
  how,
  check: () => answersOne(one),
  async loop(times) {
    for (let i = 0; i < times; i++) await one();
  },
}));

export async function answersOne(call: () => Promise<unknown>): Promise<void> {
  strictEqual(await call(), 1);
}

/** What the promise rejects with; throws if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => {
      throw new Error('should have been refused');
    },
    (error: unknown) => error,
  );
}
