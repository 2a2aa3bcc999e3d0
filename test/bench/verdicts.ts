import { bars, type Bar, type Measure, type Which } from './bars.ts';
import type { Counts } from './counting.ts';
import type { Measured } from './job.ts';
import type { Found, Runtime } from './results.ts';

/** What a bar came to. */
export interface Verdict {
  readonly row: string;
  readonly what: string;
  readonly unit: Unit;
  readonly value: number;
  /** The share of the whole times, with nothing taken off; where something was. */
  readonly whole: number | undefined;
  readonly atMost: number | undefined;
  readonly goal: number | undefined;
  readonly says: 'goal met' | 'met' | 'missed' | 'goal missed';
}

export type Unit = '×' | 'ns' | 'B' | '%' | '';

/** Holds what was found on one Node against all bars whose groups were measured. */
export function verdicts({ groups }: Runtime): Verdict[] {
  return bars.flatMap((bar) => {
    const found = groups.find(({ group }) => group === bar.group);
    return found === undefined ? [] : lines(bar, found);
  });
}

function lines(bar: Bar, { cases }: Found): Verdict[] {
  return readings(bar.measure, cases).map((each) => ({
    row: bar.row,
    ...each,
    atMost: bar.atMost,
    goal: bar.goal,
    says: judge(each.value, bar),
  }));
}

function judge(value: number, { atMost, goal }: Bar): Verdict['says'] {
  if (goal !== undefined && value <= goal) return 'goal met';
  if (atMost === undefined) return 'goal missed';
  return value <= atMost ? 'met' : 'missed'; // not a number is missed
}

type Reading = Pick<Verdict, 'what' | 'unit' | 'value' | 'whole'>;

function readings(measure: Measure, cases: readonly Measured[]): Reading[] {
  const ours = one(cases, measure.of);
  switch (measure.kind) {
    case 'share':
      return all(cases, measure.beside).map((peer) => share(measure, ours, peer, cases));
    case 'time':
      return [reading(over('time', measure.over), 'ns', ns(ours) - nsOf(cases, measure.over))];
    case 'added':
      return [reading(addedTo(cases[0], ours), '%', (ours?.ratio?.median ?? NaN) - 1)];
    case 'bytes':
      return [reading(over('allocated', measure.over), 'B', bytes(ours) - bytes(one(cases, measure.over)))];
    case 'count':
      return [reading(`${countNames[measure.what]} per call`, '', ours?.counts?.[measure.what] ?? NaN)];
    case 'idle':
      return [idleReading(measure, ours, measure.over === undefined ? undefined : one(cases, measure.over))];
    default:
      return measure satisfies never;
  }
}

function reading(what: string, unit: Unit, value: number, whole?: number): Reading {
  return { what, unit, value, whole };
}

function share(
  { over: base, ofOver = base }: Extract<Measure, { readonly kind: 'share' }>,
  ours: Measured | undefined,
  peer: Measured,
  cases: readonly Measured[],
): Reading {
  const value = (ns(ours) - nsOf(cases, ofOver)) / (ns(peer) - nsOf(cases, base));
  return reading(nameOf(peer), '×', value, base === undefined ? undefined : ns(ours) / ns(peer));
}

function idleReading(
  { what }: Extract<Measure, { readonly kind: 'idle' }>,
  ours: Measured | undefined,
  base: Measured | undefined,
): Reading {
  const value = (ours?.idle?.[what] ?? NaN) - (base?.idle?.[what] ?? 0);
  if (what === 'cpu') return reading('processor time of all 10,000', '%', value);
  return what === 'bytes' ? reading('bytes', 'B', value) : reading('timers', '', value);
}

function addedTo(first: Measured | undefined, ours: Measured | undefined): string {
  const how = ours?.how === undefined ? '' : `${ours.how}, `;
  return `${how}added to ${first === undefined ? 'nothing' : nameOf(first)}`;
}

const countNames: Readonly<Record<keyof Counts, string>> = {
  timers: 'timers',
  immediates: 'immediates',
  abortControllers: 'AbortControllers',
  signals: 'signals of the platform',
  promises: 'promises',
};

const bytes = (of: Measured | undefined): number => of?.bytes ?? NaN;
const ns = (of: Measured | undefined): number => of?.ns?.median ?? NaN;
const nsOf = (cases: readonly Measured[], which: Which | undefined): number =>
  which === undefined ? 0 : ns(one(cases, which));

const over = (what: string, base: Which | undefined): string =>
  base === undefined ? what : `${what}, over ${base.how ?? `the ${base.by} call`}`;

export const nameOf = ({ by, how }: Pick<Measured, 'by' | 'how'>): string => (how === undefined ? by : `${by}, ${how}`);

/** All versions of who is asked for. */
const all = (cases: readonly Measured[], { by, how }: Which): Measured[] =>
  cases.filter((each) => each.by.replace(/ \d[^ ]*$/, '') === by && each.how === how);
const one = (cases: readonly Measured[], which: Which): Measured | undefined => all(cases, which)[0];
