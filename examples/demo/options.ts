import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** How long the traffic of each way lasts. */
  readonly seconds: number;
  /** Calls per second. */
  readonly rate: number;
  readonly seed: number;
  /** What stands beside plain fetch: inmesh, or `compose()` with no policy in it. */
  readonly mesh: 'inmesh' | 'none';
  /** Goes on after the comparison, and shows the metrics. */
  readonly serve: boolean;
}

export const help = `Sends the same calls to the same failing backends twice: with plain fetch, then through inmesh.

Usage: npm run demo -- [options]

  --seconds <n>   seconds of traffic for each way, 5 to 120 (default: 22)
  --rate <n>      calls per second, 50 to 500 (default: 250)
  --seed <n>      of traffic, service times and errors, a whole number (default: 1)
  --mesh <which>  inmesh, or none for compose() with no policy in it (default: inmesh)
  --serve         then goes on with the mesh, the faults again and again, and shows its metrics, until Ctrl-C
  --help          this text

Exit code: 0 if inmesh beat plain fetch on success rate and on p99, 1 if not, 2 for a wrong option;
with --serve 0 after Ctrl-C.`;

/** What the command line says; `undefined` if it asks for help. Throws an error that names a wrong option. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '22' },
      rate: { type: 'string', default: '250' },
      seed: { type: 'string', default: '1' },
      mesh: { type: 'string', default: 'inmesh' },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { mesh } = values;
  if (mesh !== 'inmesh' && mesh !== 'none') throw new RangeError(`--mesh must be inmesh or none, got "${mesh}"`);
  return {
    seconds: wholeNumber('seconds', values.seconds, 5, 120),
    rate: wholeNumber('rate', values.rate, 50, 500),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
    mesh,
    serve: values.serve,
  };
}

function wholeNumber(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new RangeError(`--${name} must be a whole number from ${least} to ${most}, got "${given}"`);
}
