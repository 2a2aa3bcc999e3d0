// A breaker that one copy made and both copies wrap functions with: what it counts of either's outcomes.

/** Runs a function and says how it ended: `sent`, or what it rejected with. */
const outcome = (promise) =>
  promise.then(
    () => 'sent',
    (error) => error,
  );

export async function share(mine, theirs) {
  const clock = theirs.testing.virtualClock();
  // Opens at the ninth call if it counted every call of `verdicts` and `bodies` right, and neither earlier nor later.
  const trip = theirs.breaker.failureRatio({ ratio: 0.5, minimumCalls: 9 });
  const breaker = theirs.breaker.circuitBreaker({ trip, name: 'shared', clock });
  const states = [];
  const stop = mine.core.circuitChannel.subscribe(({ from, to }) => states.push(`${from} to ${to}`));

  const counted = { ...(await verdicts(mine, theirs, breaker, clock)), ...(await bodies(mine, breaker)) };
  const down = (copy) => copy.core.wrap(breaker, () => Promise.reject(new Error('down')));
  await outcome(down(mine)());
  const before = breaker.state;
  await outcome(down(theirs)());
  const after = breaker.state;
  const refused = await outcome(down(mine)());
  const observed = await observe(mine, breaker);
  const repeated = await repeat(mine, theirs, breaker);
  await clock.advance(5_000);
  await mine.core.run(breaker, async () => 'up');
  stop();

  const { probes } = breaker.counts;
  const known = [
    mine.core.isError(refused, mine.breaker.CircuitOpenError),
    theirs.core.isError(refused, theirs.breaker.CircuitOpenError),
    mine.core.isError(refused, mine.core.RejectedError),
    refused.retryAfterMs,
  ];
  return {
    ...counted,
    ninth: [before, after],
    refused: known,
    observed,
    repeated,
    states,
    left: { probes, timers: clock.timers },
  };
}

/** What each kind of outcome adds to the counts. */
async function verdicts(mine, theirs, breaker, clock) {
  const { compose, run, FAILURE, SUCCESS } = mine.core;
  const { defineProtocol } = mine.protocols;
  const says = (verdict) => ({ protocol: defineProtocol({ ofResult: () => verdict }) });
  await run(breaker, async () => 'failed', says(FAILURE));
  await run(breaker, async () => 'went well', says(SUCCESS));
  await run(breaker, async () => 'went well', says(theirs.core.SUCCESS));

  const slow = outcome(run(compose(breaker, mine.timeout.timeout(10, { clock })), () => new Promise(() => {})));
  await clock.advance(10);
  const limited = compose(breaker, mine.limiter.tokenBucket({ ratePerSecond: 0.001, burst: 1, clock }));
  const aborted = AbortSignal.abort('gone');
  const stopping = new AbortController();
  const { signal } = stopping;
  const hanging = () => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const stopped = run(breaker, hanging, { signal });
  stopping.abort('gone');
  const kinds = {
    timedOut: mine.core.isError(await slow, mine.timeout.TimeoutError),
    unsent: await outcome(run(breaker, () => 'never', { signal: aborted })),
    stopped: await outcome(stopped),
    sent: await outcome(run(limited, async () => 'sent')),
    limited: (await outcome(run(limited, async () => 'never'))).code,
  };
  return { kinds, counts: breaker.counts };
}

/** Bodies that are read and one that dies: each is held once, and let go. */
async function bodies(mine, breaker) {
  const { HeldResult, heldProtocol } = mine.testing;
  const results = [new HeldResult(), new HeldResult()];
  for (const result of results) await mine.core.run(breaker, async () => result, { protocol: heldProtocol });
  const held = results.map(({ holders }) => holders);
  const before = breaker.counts.failures;
  results[0].end();
  const read = breaker.counts.failures - before;
  results[1].end(new Error('reset'));
  const died = breaker.counts.failures - before;
  return { held, letGo: results.map(({ holders }) => holders), read, died };
}

/** What an observer of one copy is told of a refusal by the other. */
async function observe(mine, breaker) {
  const seen = [];
  const { compose, run } = mine.core;
  const { observed } = mine.observers;
  const told = observed((_call, { verdict, error }) => seen.push(verdict.health, verdict.unsent, error.code));
  await outcome(run(compose(told, breaker), () => 'never'));
  return seen;
}

/** How often a retry inside another copy's retry sends: they do not multiply. */
async function repeat(mine, theirs, breaker) {
  const backoff = () => 0;
  let sent = 0;
  const policy = mine.core.compose(mine.retry.retry({ backoff }), theirs.retry.retry({ backoff }));
  await outcome(
    mine.core.run(policy, ({ attempt }) => {
      sent = attempt;
      return Promise.reject(new Error('down'));
    }),
  );
  let asked = 0;
  const counting = (next) => (call) => {
    asked++;
    return next(call);
  };
  await outcome(mine.core.run(mine.core.compose(mine.retry.retry({ backoff }), counting, breaker), () => 'never'));
  return { sent, asked };
}
