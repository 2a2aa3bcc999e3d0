const SAME = 'The same either way: ';
const COST = 'Costs more, and does the same: ';

/**
 * Survivors that no test can tell from the original, or that none should, by file: what the line became, and why that is
 * no harm. One that has no entry here is to be killed by a test, or looked at.
 */
export const harmless: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'packages/core/src/abort.ts': {
    'else if (false) this.#sink = sink;': `${COST}the first sink goes into the set of the others.`,
    'else if (this.#sink !== undefined && this.#moreSinks === undefined) this.#sink = sink;': `${COST}the first sink goes into the set of the others.`,
    'if (false) return;': `${SAME}a call looks whether it was aborted before it aborts.`,
    "if (true) this.#signal.addEventListener('abort', this.#abortAll);": `${SAME}a signal takes a listener once.`,
  },
  'packages/core/src/backoff.ts': {
    'maxMs = baseMs >= 2_000 ? baseMs : 2_000,': `${SAME}both are equal then.`,
  },
  'packages/core/src/window.ts': {
    'if (!(newest >= this.#newest)) return;': `${SAME}no slice has passed then.`,
    'if (passed > this.#slices) this.clear();': `${COST}it drops each slice of the ring by itself.`,
  },
  'packages/core/src/deadlines/deadlines.ts': {
    'excused = true;': `${SAME}it is set when a deadline is queued.`,
    'this.#insert(due, false ? excused : this.#last);': `${COST}it looks for the place from the end.`,
    'this.#insert(due, excused?.queued === false && excused.at === due.at ? excused : this.#last);': `${COST}it looks for the place from the end.`,
    'this.#insert(due, excused?.queued === true && excused.at !== due.at ? excused : this.#last);': `${COST}it looks for the place from the end.`,
    'this.#insert(due, excused?.queued === true && true ? excused : this.#last);': `${SAME}all that one ring puts off are put off to one time.`,
  },
  'packages/core/src/call.ts': {
    'return derive(this.#origin, this, this.attempt, deadline <= this.deadline ? deadline : this.deadline);': `${SAME}both are equal then.`,
    'if (true) fork.#linked(); // whose abort it stays': `${COST}it links a call that is unlinked in the next line.`,
    'if (!fork.#released || fork.aborted) fork.#linked(); // whose abort it stays': `${COST}it links a call that is unlinked in the next line.`,
    'this.#fork = false || key === undefined ? this : parent.#fork;': `${SAME}what has no parent has no key.`,
    'return false ? options : { ...options, protocol: safe };': `${COST}it copies the options of a call for nothing.`,
  },
  'packages/core/src/errors.ts': {
    '} catch {}': `${SAME}the limit is put back, which is caught too.`,
    'for (let depth = 0; depth <= DEEPEST_CAUSE && isObject(candidate); depth++) {':
      'Any bound does, for it only ends a circle.',
  },
  'packages/core/src/verdict.ts': {
    "return typeof given === 'object' && true && 'health' in given;": `${SAME}null never gets there.`,
    'return opinion(() => judge.ofResult(result, call)) ?? call.protocol.ofResult(result, call);': `${SAME}it was asked for a line above.`,
    'return opinion(() => judge.ofError(error, call)) ?? call.protocol.ofError(error, call);': `${SAME}it was asked for a line above.`,
  },
  'packages/core/src/protocols.ts': {
    "if (true) quietly('protocol', () => answer); // an asynchronous `discard` may reject": `${COST}it looks whether it is a promise.`,
    "return typeof given === 'object' && true && 'health' in given;":
      'A null is refused all the same, with the words of the platform for the reason.',
  },
  'packages/core/src/protocol.ts': {
    "if (true) quietly('protocol', () => answer); // an asynchronous `discard` may reject": `${COST}it looks whether it is a promise.`,
  },
  'packages/core/src/wrap.ts': {
    'if (false) return result;': `${SAME}Promise.resolve gives back a promise of the platform.`,
  },
  'packages/retry/src/retry.ts': {
    'const gaveUp = new Key<boolean>("", false);':
      'No file of tests can be loaded then, for no key has that name; Stryker counts only tests that fail.',
    "const gaveUp = new Key<boolean>('inmesh:retry-gave-up', true);": `${SAME}it is noted, never asked for.`,
  },
  'packages/rate-limiter/src/token-bucket.ts': {
    'burst = ratePerSecond >= 10 ? ratePerSecond / 10 : 1,': `${SAME}a tenth of 10 is 1.`,
  },
  'packages/core/src/deadlines/call-deadline.ts': {
    'function framesOf({ stack = "Stryker was here!" }: Error): string {': `${SAME}an error has a stack, if an empty one.`,
  },
  'packages/rate-limiter/src/keyed-token-bucket.ts': {
    'burst = ratePerSecond >= 10 ? ratePerSecond / 10 : 1,': `${SAME}a tenth of 10 is 1.`,
  },
  'packages/rate-limiter/src/keyed/buckets.ts': {
    'this.#fullAt = new Float64Array(Math.max(FEWEST_SLOTS, maxKeys));': `${SAME}there is more room than is used.`,
    'const longer = new Float64Array(Math.max(slot * 2, this.#maxKeys));': `${SAME}there is more room than is used.`,
    'if (nowMs >= this.#latest) this.#latest = nowMs;': `${SAME}both are equal then.`,
  },
  'packages/rate-limiter/src/bucket.ts': {
    'if (nowMs >= this.#latest) this.#latest = nowMs;': `${SAME}both are equal then.`,
  },
  'packages/rate-limiter/src/queue.ts': {
    'if (false) return;': `${SAME}while nobody waits, a full bucket that spills is as full as before.`,
  },
};
