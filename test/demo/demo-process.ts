import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();

/** Starts the demo from source. */
export function demo(...options: string[]): ChildProcess {
  const args = ['--conditions=@inmesh/source', '--import', 'tsx', 'examples/demo/main.ts', ...options];
  const child = spawn(process.execPath, args, { cwd: root });
  child.once('exit', () => running.delete(child));
  running.add(child);
  return child;
}

/** Ends those that run still, or stand still. */
export function endDemos(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Waits until it says a thing, and gives what it says. */
export function says(child: ChildProcess, what: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk) => {
      const match = what.exec((said += chunk));
      if (match !== null) resolve(match);
    });
    child.once('exit', () => reject(new Error(`it ended before it said ${what}: ${said}`)));
  });
}

/** Waits until it serves its metrics, and gives the address. */
export async function metricsOf(child: ChildProcess): Promise<URL> {
  const [, address = ''] = await says(child, /^metrics: (\S+)\n/m);
  return new URL(address);
}

export interface Process {
  readonly parent: number;
  /** How it stands: `T` is stopped. */
  readonly state: string;
  readonly command: string;
}

/** The processes that one started and that are no zombies, by their ids. */
export function childrenOf(pid: number | undefined): Map<number, Process> {
  return new Map([...processes()].filter(([, { parent }]) => parent === pid));
}

export function processes(): Map<number, Process> {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows
      .filter(([, , state = '']) => !state.startsWith('Z'))
      .map(([pid, parent, state = '', ...command]) => [
        Number(pid),
        { parent: Number(parent), state: state.charAt(0), command: command.join(' ') },
      ]),
  );
}
