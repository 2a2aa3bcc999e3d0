import { AsyncLocalStorage } from 'node:async_hooks';

import { compose, wrap, type CallView } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { observed } from '@inmesh/core/observed';
import { constant } from '@inmesh/core/backoff';
import { virtualClock } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it } from 'vitest';

describe('AsyncLocalStorage', () => {
  it('shows each attempt, each observer and each caller the context of its own call', async () => {
    const clock = virtualClock();
    const context = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const see = (who: string) => seen.push(`${context.getStore()}: ${who}`);
    const policy = compose(
      timeout(1_000, { clock }),
      observed(() => see('over'), { clock }),
      keyed(
        () => context.getStore(),
        () => retry({ attempts: 2, backoff: constant(10), clock }),
      ),
      timeout(100, { clock, until: 'head' }),
    );
    const flaky = wrap(policy, async ({ attempt }: CallView) => {
      await Promise.resolve();
      see(`attempt ${attempt}`);
      if (attempt === 1) throw new Error('down');
    });
    const hanging = wrap(policy, () => new Promise<never>(() => {}));

    const done = Promise.all(
      ['a', 'b', 'c'].map((tenant) =>
        context.run(tenant, async () => {
          await flaky();
          await hanging().catch(() => see('timed out'));
        }),
      ),
    );
    await clock.advance(1_000);
    await done;
    const each = ['attempt 1', 'attempt 2', 'over', 'over', 'timed out'];
    expect(seen.sort()).toEqual(['a', 'b', 'c'].flatMap((tenant) => each.map((what) => `${tenant}: ${what}`)));
  });
});
