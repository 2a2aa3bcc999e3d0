import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { readOptions } from '../../examples/demo/options.ts';

const root = join(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();

function demo(...options: string[]): ChildProcess {
  const args = ['--conditions=@inmesh/source', '--import', 'tsx', 'examples/demo/main.ts', ...options];
  const child = spawn(process.execPath, args, { cwd: root });
  child.once('exit', () => running.delete(child));
  running.add(child);
  return child;
}

afterAll(() => {
  for (const child of running) child.kill();
});

/** Runs it to its end. */
async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => (out += chunk));
  child.stderr?.on('data', (chunk) => (err += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Waits until it says so. */
function says(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk) => {
      if ((said += chunk).includes(text)) resolve();
    });
    child.once('exit', () => reject(new Error(`it ended before it said "${text}": ${said}`)));
  });
}

/** The processes it started that are no zombies: by their ids, and how each stands (`T` is stopped). */
function childrenOf(pid: number | undefined): Map<number, string> {
  return new Map(
    [...processes()].filter(([, { parent }]) => parent === pid).map(([child, { state }]) => [child, state] as const),
  );
}

function processes(): Map<number, { readonly parent: number; readonly state: string }> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows
      .filter(([, , state = '']) => !state.startsWith('Z'))
      .map(([pid, parent, state = '']) => [Number(pid), { parent: Number(parent), state: state.charAt(0) }]),
  );
}

describe.concurrent('demo', { timeout: 60_000 }, () => {
  it('ends with 1 if compose() stands in the place of the mesh', async () => {
    const { code, out } = await ended(demo('--seconds', '5', '--rate', '100', '--mesh', 'none'));
    expect(out).toContain('compose() did not beat plain fetch');
    expect(code).toBe(1);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no process behind on %s, not even a stopped one', async (signal) => {
    const child = demo('--seconds', '5', '--rate', '50');
    await says(child, 'billing-1 stopped: begins');
    child.kill('SIGSTOP'); // or it would make its backend go on while this looks
    const children = childrenOf(child.pid);
    expect(children.size).toBe(6);
    expect([...children.values()]).toContain('T');

    const exit = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await exit;
    await vi.waitFor(() => expect([...children.keys()].filter((pid) => processes().has(pid))).toEqual([]), {
      timeout: 5_000,
      interval: 100,
    });
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
    expect(readOptions([])).toEqual({ seconds: 22, rate: 250, seed: 1, mesh: 'inmesh' });
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
