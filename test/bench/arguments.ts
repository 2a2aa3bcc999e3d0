import { parseArgs } from 'node:util';

import type { Pace } from './pace.ts';

export interface Settings {
  readonly short: boolean;
  /** Which groups are measured. */
  readonly only: RegExp | undefined;
  /** `this`, or a version's first number. */
  readonly nodes: readonly string[];
  readonly pace: Pace;
  readonly watchMs: number;
  /** What there are many of is measured instead. */
  readonly scale: boolean;
  /** Nothing is measured: what is in the folder is drawn anew. */
  readonly render: boolean;
  /** Of what group our cases are profiled instead. */
  readonly profile: string | undefined;
  /** Where the results go; nowhere if undefined. */
  readonly out: string | undefined;
}

export const help = `npm run bench -- [options]

Measures the built packages beside their peers, and writes docs/benchmarks: results.json, results.md, and charts.

  --short          a few short rounds on this Node, to see that every case works; writes nothing; judges no time
  --scale          instead, measures what a call costs where there are many calls, keys or endpoints; writes scale.*
  --only PATTERN   only the groups whose names match, a regular expression; writes nothing unless --out is given
  --rounds N       how often each case is sampled (default: 301; short: 3)
  --node WHICH     'this', or 24 to get that one from npm; may be repeated (default: this and 24; short: this)
  --seed N         decides the order within each round (default: 1)
  --out FOLDER     where to write results (default: docs/benchmarks)
  --render         measures nothing; writes the page and charts of results.json anew
  --profile GROUP  instead, shows where our cases of a group spend time, and what allocates
  --help           shows this
`;

/** Undefined if help was asked for. Throws a `TypeError` that names an argument that is wrong. */
export function settingsOf(args: readonly string[]): Settings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      node: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      profile: { type: 'string' },
      scale: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { short, only } = values;
  const rounds = wholeNumber('--rounds', values.rounds ?? (short ? '3' : '301'));
  return {
    short,
    profile: values.profile,
    scale: values.scale,
    render: values.render,
    only: only === undefined ? undefined : new RegExp(only),
    nodes: values.node ?? (short ? ['this'] : ['this', '24']),
    pace: {
      rounds,
      seed: wholeNumber('--seed', values.seed),
      sampleMs: short ? 1 : 2,
      warmUpMs: short ? 5 : 300,
    },
    watchMs: short ? 200 : 5_000,
    out: values.out ?? (short || only !== undefined ? undefined : 'docs/benchmarks'),
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`${name} must be a whole number, 1 or more, got ${text}`);
}
