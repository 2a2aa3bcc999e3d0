import { parseArgs } from 'node:util';

/** How long a soak lasts. */
export interface Settings {
  /** Calls on the virtual clock; 0 leaves that part out. */
  readonly calls: number;
  /** Of real traffic; 0 leaves that part out. */
  readonly minutes: number;
  /** Runs of every property; 0 leaves that part out. */
  readonly properties: number;
  /** Which properties: what their file and name have to match. */
  readonly only: RegExp | undefined;
  readonly seed: number;
  /** Where the results go; nowhere if undefined. */
  readonly out: string | undefined;
  /** Nothing runs: the page is written anew from the results that are there. */
  readonly render: boolean;
}

export const help = `npm run soak -- [options]

Runs the whole stack for long, looks whether anything is left behind, and writes docs/benchmarks/soak.json and soak.md.

  --calls N        calls on the virtual clock (default: 10000000; 0 for none)
  --minutes M      of real traffic over loopback, with faults (default: 10; 0 for none)
  --seed S         decides what happens (default: 1)
  --out FOLDER     where to write results (default: docs/benchmarks, unless --calls or --minutes is given)
  --render         runs nothing; writes the page of soak.json anew
  --properties N   instead, runs every property test of the packages N times with inputs of its own, on every core; writes nothing
  --only PATTERN   of these only those whose file or name matches, a regular expression
  --help           shows this
`;

/** Undefined if help was asked for. Throws a `TypeError` that names an argument that is wrong. */
export function settingsOf(args: readonly string[]): Settings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string' },
      minutes: { type: 'string' },
      properties: { type: 'string', default: '0' },
      only: { type: 'string' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      render: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.only !== undefined && values.properties === '0')
    throw new TypeError('--only must be given with --properties');
  const whole = values.calls === undefined && values.minutes === undefined;
  return {
    calls: wholeNumber('--calls', values.calls ?? '10000000'),
    minutes: positiveOrZero('--minutes', values.minutes ?? '10'),
    properties: wholeNumber('--properties', values.properties),
    only: values.only === undefined ? undefined : new RegExp(values.only),
    seed: wholeNumber('--seed', values.seed),
    out: values.out ?? (whole ? 'docs/benchmarks' : undefined),
    render: values.render,
  };
}

function wholeNumber(name: string, text: string): number {
  const value = positiveOrZero(name, text);
  if (Number.isSafeInteger(value)) return value;
  throw new TypeError(`${name} must be a whole number, got ${text}`);
}

function positiveOrZero(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`${name} must be a number, 0 or more, got ${text}`);
}
