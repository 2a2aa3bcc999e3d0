import { describe, expect, it } from 'vitest';

import { probes, ramp, type Recovery, type Trial } from './recovery.ts';

/** Plays outcomes, `+` or `-`, until there is a ruling. */
function play(trial: Trial, outcomes: string) {
  for (const outcome of outcomes) {
    const ruling = outcome === '+' ? trial.succeeded(trial.step) : trial.failed(trial.step);
    if (ruling !== undefined) return ruling;
  }
  return undefined;
}

describe('probes', () => {
  it('lets one call through and decides by it unless told otherwise', () => {
    const trial = probes().start();
    expect([trial.share(0), trial.share(1)]).toEqual([1, 0]);
    expect(trial.plan).toBe('1 may probe');
    expect(play(trial, '+')).toEqual({ to: 'closed', reason: '1 of 1 probes succeeded' });
    expect(play(probes().start(), '-')).toEqual({ to: 'open', reason: 'probes failed: 1, 0 of 1 had succeeded' });
  });

  it.each([
    { outcomes: '+++', to: undefined },
    { outcomes: '+++-', to: 'closed' },
    { outcomes: '-+++', to: 'closed' },
    { outcomes: '--', to: 'open' },
  ])('has come to $to after $outcomes if one of four may fail', ({ outcomes, to }) => {
    expect(play(probes({ calls: 4, failures: 1 }).start(), outcomes)?.to).toBe(to);
  });

  it('starts each trial anew', () => {
    const recovery = probes({ calls: 2 });
    play(recovery.start(), '+');
    expect(play(recovery.start(), '+')).toBeUndefined();
  });
});

describe('ramp', () => {
  it('lets one call go alone, then a share that grows while calls succeed, then all', () => {
    const trial = ramp({ from: 0.25, callsPerStep: 2 }).start();
    expect([trial.share(0), trial.share(1)]).toEqual([1, 0]);
    play(trial, '+');
    expect([trial.share(0), trial.share(1)]).toEqual([1, 0.25]);
    play(trial, '++');
    expect(trial.share(5)).toBe(0.5);
    expect(play(trial, '++')).toEqual({ to: 'closed', reason: '2 calls succeeded at a share of 0.5' });
  });

  it('takes 41 calls with its defaults', () => {
    const trial = ramp().start();
    expect(play(trial, '+'.repeat(40))).toBeUndefined();
    expect(play(trial, '+')).toEqual({ to: 'closed', reason: '10 calls succeeded at a share of 0.8' });
  });

  it('opens again if the first call fails', () => {
    expect(play(ramp().start(), '-')).toEqual({ to: 'open', reason: 'the first probe failed' });
  });

  it('opens again as soon as a step cannot be good any more', () => {
    const ruling = play(ramp({ callsPerStep: 4 }).start(), '+-+-');
    expect(ruling).toEqual({ to: 'open', reason: '2 of 3 calls at a share of 0.1 failed' });
  });

  it('does not climb by what it let in at a smaller share, and opens if that fails', () => {
    const trial = ramp({ from: 0.25, callsPerStep: 4 }).start();
    play(trial, '+++++');
    expect(trial.share(1)).toBe(0.5);
    for (let late = 0; late < 100; late++) expect(trial.succeeded(1)).toBeUndefined();
    expect(trial.share(1)).toBe(0.5);
    expect(trial.failed(1)).toBeUndefined();
    expect(trial.failed(1)).toEqual({ to: 'open', reason: '2 of 2 calls at a share of 0.5 failed' });
  });

  it('goes on if few enough of a step fail, and counts each step by itself', () => {
    const trial = ramp({ from: 0.5, callsPerStep: 4, ratio: 0.5 }).start();
    expect(play(trial, '++-+')).toBeUndefined();
    expect(play(trial, '+')?.to).toBe('closed');
    const long = ramp({ from: 0.2, callsPerStep: 2, ratio: 1 }).start();
    expect(play(long, '+-+-+-')).toBeUndefined();
    expect(long.share(1)).toBe(0.8);
  });
});

describe('a way to recover', () => {
  it.each<[() => Recovery, string]>([
    [() => probes({ calls: 0 }), 'calls must be a whole number of 1 or more, got 0'],
    [() => probes({ failures: -1 }), 'failures must be a whole number of 0 or more, got -1'],
    [() => probes({ calls: 2, failures: 2 }), 'failures must be fewer than calls, 2, got 2'],
    [() => ramp({ from: 0 }), 'from must be a ratio above 0, at most 1, got 0'],
    [() => ramp({ factor: 1 }), 'factor must be above 1, got 1'],
    [() => ramp({ factor: -2 }), 'factor must be a positive number, got -2'],
    [() => ramp({ callsPerStep: 1.5 }), 'callsPerStep must be a whole number of 1 or more, got 1.5'],
    [() => ramp({ ratio: 2 }), 'ratio must be a ratio above 0, at most 1, got 2'],
  ])('refuses what makes no sense: %s', (make, message) => {
    expect(make).toThrow(new RangeError(message));
  });

  it.each([probes, ramp])('refuses options that it does not know', (make) => {
    expect(() => make({ percent: 5 } as object)).toThrow(new TypeError('unknown option: percent'));
  });
});
