import { machine, commit, type Machine } from '../bench/results.ts';
import type { LoopbackFound } from './loopback-run.ts';
import type { VirtualFound } from './virtual-run.ts';

/** What is committed of soaks: the last of each kind. */
export interface Results {
  readonly virtual?: Run<VirtualFound>;
  readonly loopback?: Run<LoopbackFound>;
}

/** One soak, and where and of what it was. */
export interface Run<F> {
  readonly date: string;
  /** What was checked out; with a `+` if it had changes. */
  readonly commit: string;
  readonly node: string;
  readonly v8: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly found: F;
}

export function runOf<F>(found: F, seed: number, root: string, load: readonly number[]): Run<F> {
  const { node, v8 } = process.versions;
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(root),
    node,
    v8,
    machine: machine(load),
    seed,
    found,
  };
}
