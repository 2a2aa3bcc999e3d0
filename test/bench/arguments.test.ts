import { describe, expect, it } from 'vitest';

import { settingsOf } from './arguments.ts';

describe('settingsOf', () => {
  it('measures everything on two Nodes and writes it, if told nothing', () => {
    expect(settingsOf([])).toMatchObject({
      short: false,
      only: undefined,
      nodes: ['this', '24'],
      out: 'docs/benchmarks',
      pace: { rounds: 301, seed: 1 },
    });
  });

  it('writes nothing when it is short or measures a part', () => {
    expect(settingsOf(['--short'])).toMatchObject({ out: undefined, nodes: ['this'], pace: { rounds: 3 } });
    expect(settingsOf(['--only', 'stack'])).toMatchObject({ out: undefined, only: /stack/ });
  });

  it('gives nothing when help is asked for', () => {
    expect(settingsOf(['--help'])).toBeUndefined();
  });

  it.each([
    [['--rounds', '0'], '--rounds must be a whole number, 1 or more, got 0'],
    [['--seed', 'x'], '--seed must be a whole number, 1 or more, got x'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => settingsOf(args)).toThrow(message);
  });
});
