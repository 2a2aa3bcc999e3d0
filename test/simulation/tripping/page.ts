import { delaysChart } from '../../bench/delays.ts';
import { digits, table } from '../../bench/tables.ts';
import {
  HEALTHY,
  MOST,
  TIMES,
  TOLERABLE,
  type DelaysOf,
  type FalseTripsOf,
  type Promised,
  type Study,
} from './study.ts';

/** What is committed: files by their names. */
export function files(found: Study): Record<string, string> {
  const points = found.delays.flatMap(({ who, perSecond, failing, median }) =>
    median === undefined || failing < 0.25 ? [] : [{ who, perSecond, failing, ms: median.ms }],
  );
  return {
    'tripping.json': `${JSON.stringify(found, undefined, 1)}\n`,
    'tripping.md': page(found),
    'tripping.svg': delaysChart(points),
  };
}

function page({ commit, date, delays, falseTrips, promises, seed }: Study): string {
  const rates = [...new Set(delays.map(({ perSecond }) => perSecond))];
  return [
    '# When a breaker opens',
    '',
    'Written by `node --conditions=@inmesh/source --import tsx test/simulation/tripping.script.ts`; nothing on it is typed. Calls come',
    'as those of many callers who know nothing of each other do, and fail by chance. What is told of them: `sequentialTest()` and',
    '`consecutiveFailures(5)` as they are, Hystrix (half of at least 20 calls in 10 s, looked at twice a second), resilience4j (half of the',
    'last 100 calls; or half of at least 100 calls in 100 s), modelled after their defaults.',
    '',
    `Simulated ${date} at commit \`${commit}\`, seed ${seed}.`,
    '',
    '## How often for nothing',
    '',
    `\`sequentialTest({ falseTripEveryMs })\` while ${percent(TOLERABLE)} of the calls fail, which is what it is to tolerate: what was promised,`,
    'and the mean time between openings.',
    '',
    ...table(
      ['calls per second', 'promised', 'openings counted', 'measured', 'measured / promised'],
      promises.map(promiseRow),
    ),
    '',
    `All of them with their defaults, the promise being a day, while ${percent(TOLERABLE)} fail:`,
    '',
    ...table(['opens for nothing', ...rates.map((rate) => `at ${digits(rate)}/s`)], byWho(falseTrips, rates, often)),
    '',
    '## How soon',
    '',
    `From ${percent(HEALTHY)} that fail to so many, at one moment: after how many calls and how long it opens, the median of ${TIMES} times and`,
    `in brackets what 95 of them keep to. *Never* is not within ${digits(MOST.calls)} calls nor within ${digits(MOST.ms / 60_000)} min.`,
    '',
    '![Seconds until each opens, against the rate of calls](tripping.svg)',
    '',
    ...[...new Set(delays.map(({ failing }) => failing))].flatMap((failing) => [
      `### ${percent(failing)} fail`,
      '',
      ...table(
        ['calls per second', ...rates.map(digits)],
        byWho(
          delays.filter((each) => each.failing === failing),
          rates,
          soon,
        ),
      ),
      '',
    ]),
  ].join('\n');
}

const promiseRow = ({ perSecond, falseTripEveryMs, trips, meanMs }: Promised): string[] => [
  digits(perSecond),
  time(falseTripEveryMs),
  digits(trips),
  time(meanMs),
  (meanMs / falseTripEveryMs).toFixed(2),
];

interface Cell {
  readonly who: string;
  readonly perSecond: number;
}

function byWho<C extends Cell>(cells: readonly C[], rates: readonly number[], show: (cell: C) => string): string[][] {
  return [...new Set(cells.map(({ who }) => who))].map((who) => [
    who,
    ...rates.map((rate) => {
      const cell = cells.find((each) => each.who === who && each.perSecond === rate);
      return cell === undefined ? '' : show(cell);
    }),
  ]);
}

function often({ calls, perSecond, trips }: FalseTripsOf): string {
  const ms = (1_000 * calls) / perSecond;
  return trips === 0 ? `not in ${time(ms)}` : `every ${time(ms / trips)}${trips < 30 ? ` (${trips} seen)` : ''}`;
}

function soon({ median, slowest }: DelaysOf): string {
  if (median === undefined) return 'never';
  const slow = slowest === undefined ? ['never', 'never'] : [digits(slowest.calls), time(slowest.ms)];
  return `${digits(median.calls)} (${slow[0]}) calls, ${time(median.ms)} (${slow[1]})`;
}

const percent = (share: number): string => `${digits(100 * share)} %`;

const UNITS: readonly (readonly [number, string])[] = [
  [31_557_600_000, 'years'],
  [86_400_000, 'days'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
  [0, 'ms'],
];

function time(ms: number): string {
  const [size, unit] = UNITS.find(([least]) => ms >= least) ?? [0, 'ms'];
  return `${digits(ms / (size || 1))} ${unit}`.replace(/^1 (day|year)s$/, '1 $1');
}
