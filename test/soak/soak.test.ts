import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { systemClock, type Policy } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { settingsOf } from './arguments.ts';
import { batchesOf } from './batches.ts';
import { files } from './page.ts';
import { propertiesIn, propertiesOf } from './properties.ts';
import type { Results } from './results.ts';
import { trendOf } from './trend.ts';
import { heapVerdict } from './verdicts.ts';
import { virtualRun } from './virtual-run.ts';

const CALLS = 20_000;

describe('virtualRun', () => {
  it('finds nothing left behind, whatever became of the calls', async () => {
    const { broken, calls, outcomes, sendings } = await virtualRun(CALLS, 1);
    expect(broken).toEqual([]);
    expect(calls).toBe(CALLS);
    expect(sendings).toBeGreaterThan(CALLS / 2);
    const ends = ['ERR_TIMEOUT', 'ERR_RATE_LIMITED', 'AbortError', 'TimeoutError', 'Error'];
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...ends, 'answered: success', 'answered: failure']));
  });

  const unheard: Policy = (next) => (call) => {
    if (call.attempt === 2) void Promise.reject(new Error('nobody hears it'));
    return next(call);
  };
  const lost: Policy = (next) => (call) =>
    next(call).then((result) => (call.attempt === 2 ? Promise.reject(result) : result));
  it.each([
    ['a rejection that nobody handles', unheard, ['unhandledRejection']],
    ['a result that is dropped', lost, ['results that nobody read or threw away']],
  ])('notices %s', async (_, policy, kinds) => {
    const { broken } = await virtualRun(5_000, 1, { innermost: policy });
    expect(broken.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('shows memory that is kept', async () => {
    const kept: unknown[] = [];
    const keeping: Policy = (next) => (call) => {
      kept.push({ call, at: systemClock.now() });
      return next(call);
    };
    const { heap } = await virtualRun(CALLS, 1, { innermost: keeping });
    expect(trendOf(heap).bytesPerCall).toBeGreaterThan(100);
  });
});

describe('soak', () => {
  it('finds nothing left behind by calls over loopback', async () => {
    const words = ['--expose-gc', '--conditions=@inmesh/source', '--import', 'tsx', '--no-warnings'];
    const program = join(import.meta.dirname, 'main.ts');
    const some = ['--calls', '0', '--minutes', '0.05'];
    const { stdout } = await promisify(execFile)(process.execPath, [...words, program, ...some], { timeout: 110_000 });
    expect(stdout).toContain('nothing was left behind');
  }, 120_000);
});

describe('files', () => {
  it('gives of the committed results what is committed', () => {
    const folder = join(import.meta.dirname, '../../docs/benchmarks');
    const committed = (name: string): string => readFileSync(join(folder, name), 'utf8');
    const results = JSON.parse(committed('soak.json')) as Results;
    for (const [name, text] of Object.entries(files(results))) expect(committed(name)).toBe(text);
  });
});

const PAUSES = 40;

/** Samples at every so many calls, of so many bytes. */
const samples = (step: number, bytesAt: (calls: number, index: number) => number) =>
  Array.from({ length: PAUSES }, (_, index) => ({
    calls: (index + 1) * step,
    bytes: bytesAt((index + 1) * step, index),
    code: 3e6,
  }));

describe('trendOf', () => {
  it('gives what each call leaves behind after the warm-up', () => {
    const grows = samples(1_000, (calls) => 5e6 + Math.min(calls, 19_000) * 100 + calls * 3);
    const { bytesPerCall, error, warmUp } = trendOf(grows);
    expect(warmUp).toBe(20);
    expect(bytesPerCall).toBeCloseTo(3);
    expect(error).toBeCloseTo(0);
  });

  it('tells how far off it may be', () => {
    const { bytesPerCall, error } = trendOf(samples(1_000, (calls) => 5e6 + (calls % 2_000)));
    expect(Math.abs(bytesPerCall)).toBeLessThan(error);
  });

  it('is less sure where neighbours are alike', () => {
    const noise = [-1, 1, 1, -1, -1, 1, -1, -1, 1, 1];
    const restless = trendOf(samples(1_000, (_, index) => 1_000 * (noise[index % 10] ?? 0)));
    const slow = trendOf(samples(1_000, (_, index) => 1_000 * (noise[Math.floor(index / 2) % 10] ?? 0)));
    expect(slow.error).toBeGreaterThan(restless.error * 1.5);
  });
});

describe('heapVerdict', () => {
  const noisy = (index: number): number => 60_000 * (index % 2);
  it.each([
    ['flat', samples(250_000, (_, index) => 5e6 + noisy(index) / 10)],
    ['grows', samples(250_000, (calls) => 5e6 + calls * 0.02)],
    ['grows', samples(250_000, (calls, index) => 5e6 + calls * 0.1 + noisy(index))],
    ['unclear', samples(250_000, (_, index) => 5e6 + noisy(index) * 10)],
    ['flat', samples(250_000, (calls) => 5e6 + Math.min(calls, 4e6))],
    ['grows', samples(250_000, (calls) => 5e6 + 1e6 * Math.log(calls))],
    ['not judged: too short', samples(100_000, (calls) => 5e6 + calls)],
  ] as const)('says: %s', (says, heap) => {
    expect(heapVerdict(heap, 'virtual').says).toBe(says);
  });
});

describe('settingsOf', () => {
  it('runs everything into the folder of results', () => {
    expect(settingsOf([])).toMatchObject({ calls: 10_000_000, minutes: 10, seed: 1, out: 'docs/benchmarks' });
  });

  it('writes nothing of a shorter run', () => {
    expect(settingsOf(['--calls', '1000', '--minutes', '0'])).toMatchObject({
      calls: 1_000,
      minutes: 0,
      out: undefined,
    });
  });

  it('takes a pattern of properties', () => {
    expect(settingsOf(['--properties', '10', '--only', 'retry'])).toMatchObject({ properties: 10, only: /retry/ });
  });

  it.each([
    [['--calls', 'many'], '--calls must be a number, 0 or more, got many'],
    [['--calls', '1.5'], '--calls must be a whole number, got 1.5'],
    [['--minutes=-1'], '--minutes must be a number, 0 or more, got -1'],
    [['--seed', ''], '--seed must be a number, 0 or more, got '],
    [['--only', 'retry'], '--only must be given with --properties'],
  ])('names an argument that is wrong: %j', (args, message) => {
    expect(() => settingsOf(args)).toThrow(new TypeError(message));
  });
});

describe('batchesOf', () => {
  it('has so many runs of every property, each batch of a file from another seed', () => {
    const [a, b] = ['a.test.ts', 'b.test.ts'] as const;
    const properties = [
      { file: a, name: 'adds' },
      { file: a, name: 'takes' },
      { file: b, name: 'is true' },
    ];
    expect(batchesOf(properties, 60_000, 7)).toEqual([
      { file: a, names: ['adds', 'takes'], runs: 50_000, seed: 7 },
      { file: b, names: ['is true'], runs: 50_000, seed: 7 },
      { file: a, names: ['adds', 'takes'], runs: 10_000, seed: 8 },
      { file: b, names: ['is true'], runs: 10_000, seed: 8 },
    ]);
  });
});

describe('propertiesIn', () => {
  it('finds the properties of every file that has some', () => {
    const root = join(import.meta.dirname, '../..');
    const found = new Set(propertiesIn(root).map(({ file }) => file));
    const named = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.property.test.ts') && !file.includes('node_modules'))
      .map((file) => join('packages', file));
    expect(named.length).toBeGreaterThan(3);
    expect([...found]).toEqual(expect.arrayContaining(named));
  });
});

describe('propertiesOf', () => {
  it('gives the names of the tests that hold code to one', () => {
    const source =
      "describe('it', () => {\n  it('adds', () => {\n  });\n  it('is true (1 %)', () => {\n    fc.assert(\n";
    expect(propertiesOf('a.test.ts', source)).toEqual([{ file: 'a.test.ts', name: 'is true (1 %)' }]);
  });

  it('refuses one that is in no test', () => {
    expect(() => propertiesOf('a.test.ts', 'function all() {\n  fc.assert(')).toThrow(
      'a.test.ts has a property in no test that has a name',
    );
  });
});
