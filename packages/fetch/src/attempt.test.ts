import { Call } from '@inmesh/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Attempt } from './attempt.ts';
import type { CallbackHandler } from './callback-watch.ts';
import type { Dispatcher } from './dispatcher.ts';

type State = 'idle' | 'queued' | 'connected' | 'headed' | 'over';
type Step = 'dispatch' | 'connect' | 'head' | 'complete' | 'die' | 'cancel' | 'abort' | 'hold';
const STEPS: readonly Step[] = ['dispatch', 'connect', 'head', 'complete', 'die', 'cancel', 'abort', 'hold'];

/** What an attempt should do, said as plainly as can be. */
class Model {
  state: State = 'idle';
  settled = false;
  aborted = false;
  error: string | undefined;
  holders = 0;
  told: (string | undefined)[] = [];

  allows(step: Step): boolean {
    const { state } = this;
    if (step === 'dispatch') return state === 'idle' || (state === 'over' && !this.settled);
    if (step === 'connect') return state === 'queued';
    if (step === 'head') return state === 'connected';
    if (step === 'complete') return state === 'headed' || state === 'connected';
    if (step === 'die') return state !== 'idle' && state !== 'over';
    if (step === 'cancel') return state === 'headed';
    if (step === 'hold') return this.settled;
    return true;
  }

  take(step: Step): void {
    if (step === 'dispatch') this.#dispatch();
    else if (step === 'connect') this.state = 'connected';
    else if (step === 'head') {
      this.state = 'headed';
      this.settled = true;
    } else if (step === 'complete' || step === 'cancel') this.#end(undefined);
    else if (step === 'die') this.#end('died');
    else if (step === 'hold') {
      if (this.state === 'over') this.told.push(this.error);
      else this.holders++;
    } else if (!this.aborted && !(this.settled && this.state === 'over')) {
      this.aborted = true;
      if (this.state !== 'idle' && this.state !== 'over') this.#end('aborted');
    }
  }

  #dispatch(): void {
    this.state = 'queued';
    if (this.aborted) this.#end('aborted');
  }

  #end(error: string | undefined): void {
    this.state = 'over';
    this.error = error;
    for (; this.holders > 0; this.holders--) this.told.push(error);
  }
}

/** The attempt between a fetch and a dispatcher that the test plays both. */
class Real {
  readonly #call = Call.start(undefined);
  readonly #base: Dispatcher = {
    dispatch: (_options, watch) => {
      this.#watch = watch as CallbackHandler;
      return true;
    },
  };
  readonly #attempt = new Attempt(this.#call, undefined, undefined, this.#base);
  #watch: CallbackHandler | undefined;
  #stop: (reason: unknown) => void = () => {};
  readonly told: unknown[] = [];

  constructor() {
    this.#call.onAbort(this.#attempt);
  }

  take(step: Step): void {
    const watch = this.#watch;
    if (step === 'dispatch') this.#attempt.dispatch({}, this.#fetch());
    else if (step === 'connect') watch?.onConnect((reason) => watch.onError(reason));
    else if (step === 'head') {
      watch?.onHeaders(200, [], () => {}, 'OK');
      this.#attempt.settle();
    } else if (step === 'complete') watch?.onComplete([]);
    else if (step === 'die') watch?.onError('died');
    else if (step === 'cancel') this.#stop(new DOMException('cancelled', 'AbortError'));
    else if (step === 'hold') this.#attempt.hold({ over: (error) => this.told.push(error) });
    else this.#call.abort('aborted');
  }

  #fetch(): CallbackHandler {
    return {
      onConnect: (stop) => {
        this.#stop = stop;
      },
      onHeaders: () => true,
      onData: () => true,
      onComplete: () => {},
      onError: (error) => {
        this.#stop(error); // as fetch does
      },
      onUpgrade: () => {},
    };
  }
}

describe('Attempt', () => {
  it('tells every holder once, with what its request came to', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 16 }), (steps) => {
        const model = new Model();
        const real = new Real();
        for (const step of steps) {
          if (!model.allows(step)) continue;
          visited.add(`${model.state} ${step}`);
          model.take(step);
          real.take(step);
          expect(real.told).toEqual(model.told);
        }
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect([...visited].sort()).toEqual(
      [
        'connected abort',
        'connected complete',
        'connected die',
        'connected head',
        'headed abort',
        'headed cancel',
        'headed complete',
        'headed die',
        'headed hold',
        'idle abort',
        'idle dispatch',
        'over abort',
        'over dispatch',
        'over hold',
        'queued abort',
        'queued connect',
        'queued die',
      ].sort(),
    );
  });

  it('aborts the latest of its links, and those that are made later', () => {
    const attempt = new Attempt(Call.start(undefined), undefined, undefined, undefined);
    const [first, second] = [attempt.link(), attempt.link()];
    attempt.abort('gone');
    const signals = [first, second, attempt.link()].map(({ init }) => init.signal);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true]);
    expect(signals[2]?.reason).toBe('gone');
  });

  it('needs a dispatcher', () => {
    const symbols = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];
    const globals = globalThis as { [key: symbol]: unknown };
    const before = symbols.map((symbol) => globals[symbol]);
    for (const symbol of symbols) globals[symbol] = undefined;
    try {
      const attempt = new Attempt(Call.start(undefined), undefined, undefined, undefined);
      expect(attempt.isMockActive).toBe(false);
      expect(() => attempt.dispatch({}, {} as CallbackHandler)).toThrow('there is no dispatcher');
    } finally {
      symbols.forEach((symbol, index) => {
        globals[symbol] = before[index];
      });
    }
  });
});
