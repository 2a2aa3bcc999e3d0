// A process that does one thing, named by its argument, and ends when nothing is left to wait for.
import { compose, run, wrap } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { observed } from '@inmesh/core/observed';
import { constant } from '@inmesh/core/backoff';
import { HeldResult, heldProtocol } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const LONG_MS = 3_600_000;
const never = () => new Promise<never>(() => {});
const policy = compose(
  timeout(LONG_MS),
  keyed(
    () => 'key',
    () => retry(),
  ),
  observed(() => {}),
  timeout(LONG_MS / 2, { until: 'head' }),
);

const acts: Readonly<Record<string, () => unknown>> = {
  'waits for a deadline': () =>
    run(timeout(300), never).catch((error: unknown) => {
      console.log(String(error));
    }),

  'waits for a second deadline after an idle time': async () => {
    const limited = wrap(timeout(300), (_call, work: () => Promise<void>) => work());
    await limited(async () => {});
    await limited(never).catch((error: unknown) => {
      console.log(String(error));
    });
  },

  'waits for a backoff': () =>
    run(retry({ backoff: constant(300) }), async ({ attempt }) => {
      if (attempt === 1) throw new Error('down');
      console.log(`attempt ${attempt}`);
    }),

  'is done when its call is': async () => {
    await run(policy, async () => {});
    console.log('settled');
  },

  'does not wait for a body that nobody reads': async () => {
    await run(policy, async () => new HeldResult(), { protocol: heldProtocol });
    console.log('settled');
  },

  'does not wait for a call that failed': async () => {
    await run(compose(policy, retry({ attempts: 2, backoff: constant(10) })), async () => {
      throw new Error('down');
    }).catch((error: unknown) => {
      console.log(String(error));
    });
  },
};

await acts[process.argv[2] ?? '']?.();
