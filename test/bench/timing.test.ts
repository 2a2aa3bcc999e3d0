import { describe, expect, it } from 'vitest';

import type { Case } from './case.ts';
import { timed } from './timing.ts';

const pace = { rounds: 5, sampleMs: 0.01, warmUpMs: 0, seed: 1 };

/** Cases that note when their loops ran. */
function noted(names: readonly string[]): { cases: Case[]; ran: string[] } {
  const ran: string[] = [];
  const cases = names.map((by) => ({
    by,
    check() {},
    loop(times: number) {
      ran.push(by);
      for (let i = 0; i < times * 100; i++) Math.hypot(i, i);
    },
  }));
  return { cases, ran };
}

describe('timed', () => {
  it('runs every case once in each round, not always in the same order', async () => {
    const { cases, ran } = noted(['a', 'b', 'c']);
    await timed(cases, 'clock', pace);
    const rounds = Array.from({ length: pace.rounds }, (_, round) =>
      ran.slice(ran.length - 3 * (pace.rounds - round)).slice(0, 3),
    );
    for (const round of rounds) expect([...round].sort()).toEqual(['a', 'b', 'c']);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
  });

  it('gives the first case a ratio of 1', async () => {
    const [first, second] = await timed(noted(['bare', 'other']).cases, 'clock', pace);
    expect(first?.ratio).toEqual({ median: 1, lower: 1, upper: 1 });
    expect(second?.ns.median).toBeGreaterThan(0);
  });
});
