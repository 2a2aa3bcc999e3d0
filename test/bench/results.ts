import { spawnSync } from 'node:child_process';
import { arch, cpus, release, totalmem, type } from 'node:os';

import type { Measured } from './job.ts';

/** What a run found: the whole of results.json. */
export interface Results {
  readonly date: string;
  /** What was checked out; with a `+` if it had changes. */
  readonly commit: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly sampleMs: number;
  readonly seed: number;
  readonly runtimes: readonly Runtime[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** What else ran, before and after: processes waiting for a core, a minute's mean. */
  readonly load: readonly number[];
}

export interface Runtime {
  readonly node: string;
  readonly v8: string;
  readonly groups: readonly Found[];
}

/** What a group came to. */
export interface Found {
  readonly group: string;
  readonly work: string;
  readonly meter: 'clock' | 'cpu';
  readonly cases: readonly Measured[];
}

export function machine(load: readonly number[]): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    load: load.map((mean) => Math.round(mean * 100) / 100),
  };
}

/** The commit that is measured, if git knows. */
export function commit(root: string): string {
  const git = (...words: string[]): string =>
    spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';
  const changes = git('status', '--porcelain', '--untracked-files=no', 'packages');
  return `${git('rev-parse', '--short=10', 'HEAD') || 'unknown'}${changes === '' ? '' : '+'}`;
}
