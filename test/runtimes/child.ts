import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly out: string;
  /** How it ended and what it complained of. */
  readonly said: string;
}

export interface Conditions {
  readonly longestMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Ends it when aborted. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, which it has at the latest after `longestMs`. Never rejects. */
export async function runProgram(
  [program = '', ...words]: readonly string[],
  { longestMs, env = process.env, cwd, signal }: Conditions,
): Promise<Ended> {
  const child = spawn(program, words, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  signal?.addEventListener('abort', () => child.kill());
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killed) => resolve(`it ended with ${killed ?? code}`));
  });
  clearTimeout(timer);
  return { out, said: `${ended}: ${err.trim().split('\n').slice(-8).join(' | ')}` };
}
