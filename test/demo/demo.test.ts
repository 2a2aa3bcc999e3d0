import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { readOptions } from '../../examples/demo/options.ts';
import { childrenOf, demo, endDemos, metricsOf, processes, says } from './demo-process.ts';

afterAll(endDemos);

/** Runs it to its end. */
async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => (out += chunk));
  child.stderr?.on('data', (chunk) => (err += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Stops it while one of its backends stands still, which it would make go on. Gives how its processes stand. */
async function stoppedMidway(child: ChildProcess): Promise<readonly string[]> {
  for (;;) {
    await says(child, /billing-1 stopped: begins/);
    child.kill('SIGSTOP');
    const started = [...childrenOf(child.pid).values()];
    const states = started.filter(({ command }) => ours.test(command)).map(({ state }) => state);
    if (states.includes('T')) return states;
    child.kill('SIGCONT'); // too late: the machine is busy
  }
}

const ours = /demo\/(backend|client)\.ts/; // others compile

/** Signals it, and waits until it and its children are gone. Gives its exit code. */
async function ends(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const children = [...childrenOf(child.pid).keys()];
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  child.kill('SIGCONT');
  const [code] = await exit;
  await vi.waitFor(() => expect(children.filter((pid) => processes().has(pid))).toEqual([]), {
    timeout: 5_000,
    interval: 100,
  });
  return code;
}

/** What the series of a metric come to together in Prometheus' text. */
function total(text: string, metric: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe.concurrent('demo', { timeout: 120_000 }, () => {
  it('ends with 1 if compose() stands in the place of the mesh', async () => {
    const { code, out } = await ended(demo('--seconds', '5', '--rate', '100', '--mesh', 'none'));
    expect(out).toContain('compose() did not beat plain fetch');
    expect(code).toBe(1);
  });

  it('leaves no process behind when it is killed, not even a stopped one', async () => {
    const child = demo('--serve', '--seconds', '5', '--rate', '50');
    expect(await stoppedMidway(child)).toHaveLength(6);
    await ends(child, 'SIGKILL');
  });

  it('ends with 130 when Ctrl-C comes before the comparison', async () => {
    const child = demo();
    await says(child, /starts fresh backends/);
    expect(await ends(child, 'SIGINT')).toBe(130);
  });

  it('goes on with --serve and shows its metrics until Ctrl-C', async () => {
    const child = demo('--serve', '--seconds', '5', '--rate', '50');
    const address = await metricsOf(child);
    const scrape = async () => (await fetch(address)).text();
    const text = await scrape();
    const metrics = [
      'demo_calls_total',
      'demo_requests_total',
      'demo_call_duration_seconds_count',
      'upstream_rq_total',
    ];
    for (const metric of [...metrics, 'upstream_rq_attempts_count', 'upstream_membership_healthy'])
      expect(total(text, metric), metric).toBeGreaterThan(0);
    expect(text).toContain('# TYPE circuit_breaker_state gauge');
    const calls = total(text, 'demo_calls_total');
    await vi.waitFor(async () => expect(total(await scrape(), 'demo_calls_total')).toBeGreaterThan(calls), 30_000);
    expect(await stoppedMidway(child)).toHaveLength(6);
    expect(await ends(child, 'SIGINT')).toBe(0);
  });

  it.each([
    { options: ['--help'], code: 0, says: '--seconds' },
    { options: ['--seconds', 'ten'], code: 2, says: '--seconds must be a whole number from 5 to 120, got "ten"' },
  ])('ends with $code for $options', async ({ options, code, says: text }) => {
    const end = await ended(demo(...options));
    expect(end.out + end.err).toContain(text);
    expect(end.code).toBe(code);
  });
});

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({ seconds: 22, rate: 250, seed: 1, mesh: 'inmesh', serve: false });
  });

  it('reads --serve', () => {
    expect(readOptions(['--serve'])).toMatchObject({ serve: true });
  });

  it.each([
    { args: ['--seconds', '4'], names: '--seconds' },
    { args: ['--seconds', '121'], names: '--seconds' },
    { args: ['--rate', '0'], names: '--rate' },
    { args: ['--rate', '1e2'], names: '--rate' },
    { args: ['--seed=-1'], names: '--seed' },
    { args: ['--mesh', 'istio'], names: '--mesh' },
    { args: ['--speed', '1'], names: '--speed' },
    { args: ['now'], names: 'now' },
  ])('throws an error that names the wrong option in $args', ({ args, names }) => {
    expect(() => readOptions(args)).toThrow(names);
  });
});
