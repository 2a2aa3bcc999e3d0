import fc from 'fast-check';
import { startTests, type Task, type VitestRunner } from '@vitest/runner';

import { facts } from './facts.ts';

/** What the tests of all suites did in one runtime. */
export interface Ran {
  readonly tests: readonly RanTest[];
  readonly facts: Readonly<Record<string, boolean>>;
  /** Rejections that nobody handled; of no test, for nobody knows of which. */
  readonly unhandled: readonly string[];
}

export interface RanTest {
  /** The path of the file, in the workspace. */
  readonly file: string;
  readonly name: string;
  /** Why it failed, or why it never ran. */
  readonly error?: string;
}

type Load = () => Promise<unknown>;

/**
 * Runs the files of tests as Vitest does, one after another, all in this process. Properties are tried on the same inputs in
 * every runtime, so that what differs is the runtime; under Vitest they are tried on new ones each time.
 */
export async function runSuites(files: Readonly<Record<string, Load>>): Promise<Ran> {
  const unhandled = unhandledRejections();
  fc.configureGlobal({ seed: 1 });
  const found = await startTests(Object.keys(files), runnerOf(files));
  const tests = found.flatMap((file) => [...brokenOf(file.filepath, file), ...testsOf(file.filepath, file.tasks, '')]);
  return { tests, facts: await facts(), unhandled: [...unhandled.values()] };
}

function runnerOf(files: Readonly<Record<string, Load>>): VitestRunner {
  return {
    config: {
      root: '',
      setupFiles: [],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: 120_000, // a turn of workerd on a busy machine takes long,
      hookTimeout: 120_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: (path) => files[path]?.(),
  };
}

function testsOf(file: string, tasks: readonly Task[], before: string): RanTest[] {
  return tasks.flatMap((task) => {
    const name = `${before}${task.name}`;
    if (task.type === 'suite') return testsOf(file, task.tasks, `${name} > `);
    return task.result?.state === 'pass' ? [{ file, name }] : [{ file, name, error: errorOf(task) }];
  });
}

/** A file that cannot be loaded has no test that could fail. */
function brokenOf(file: string, task: Task): RanTest[] {
  return task.result?.errors === undefined ? [] : [{ file, name: 'is loaded', error: errorOf(task) }];
}

/** A test whose suite could not begin is skipped: the suite says why. */
function errorOf(task: Task): string {
  const error = task.result?.errors?.[0]?.message;
  if (error !== undefined) return error;
  return task.suite === undefined ? `it ended in the state ${task.result?.state}` : errorOf(task.suite);
}

interface NodeProcess {
  on?(event: 'unhandledRejection', hear: (reason: unknown, promise: Promise<unknown>) => void): unknown;
}

declare const process: NodeProcess | undefined;

/** Node and Bun tell the process, the others the global scope; workerd tells too early, and takes it back. */
function unhandledRejections(): ReadonlyMap<unknown, string> {
  const unhandled = new Map<unknown, string>();
  if (typeof process !== 'undefined' && process.on !== undefined && !('WebSocketPair' in globalThis))
    process.on('unhandledRejection', (reason, promise) => unhandled.set(promise, String(reason)));
  else {
    globalThis.addEventListener('unhandledrejection', (event) => {
      event.preventDefault();
      const { promise, reason } = event;
      unhandled.set(promise, String(reason));
    });
    globalThis.addEventListener('rejectionhandled', (event) => {
      unhandled.delete(event.promise);
    });
  }
  return unhandled;
}
