import type { Counts } from './counting.ts';
import { detectors } from './groups/detectors.ts';
import type { Idling } from './idling.ts';

/** One contender of a group. */
export interface Which {
  readonly by: string;
  readonly how?: string;
}

/** What is compared to the bar. */
export type Measure =
  /** Its time as a share of the peer's, each less what it is added to; every version of the peer makes a line. */
  | {
      readonly kind: 'share';
      readonly of: Which;
      readonly beside: Which;
      readonly over?: Which;
      readonly ofOver?: Which;
    }
  /** Nanoseconds, less what it is added to. */
  | { readonly kind: 'time'; readonly of: Which; readonly over?: Which }
  /** Time added to that of the group's first, as a share of it: the median over the rounds. */
  | { readonly kind: 'added'; readonly of: Which }
  /** Bytes per call, less the bare call's. */
  | { readonly kind: 'bytes'; readonly of: Which; readonly over: Which }
  | { readonly kind: 'count'; readonly of: Which; readonly what: keyof Counts }
  | { readonly kind: 'idle'; readonly of: Which; readonly what: keyof Idling; readonly over?: Which };

/** What must come out. */
export interface Bar {
  readonly row: string;
  readonly group: string;
  readonly measure: Measure;
  readonly atMost?: number;
  readonly goal?: number;
}

const bare: Which = { by: 'bare' };
const inmesh: Which = { by: 'inmesh' };
const inmeshAs = (how: string): Which => ({ by: 'inmesh', how });
const share = (of: Which, by: string, others: Partial<Measure & Which> = {}): Measure => {
  const { how, ...measure } = others;
  return { kind: 'share', of, beside: how === undefined ? { by } : { by, how }, ...measure } as Measure; // of this kind
};

export const bars: readonly Bar[] = [
  ...rows('breaker, closed', 'breaker', [
    [share(inmesh, 'cockatiel', { over: bare }), 0.9, 0.5],
    [share(inmesh, 'opossum', { over: bare }), 0.33, 0.15],
  ]),
  ...rows('breaker, open', 'breaker-open', [
    [share(inmesh, 'cockatiel'), 0.2, 0.15],
    [share(inmesh, 'opossum'), 0.2, 0.15],
  ]),
  ...Object.keys(detectors).flatMap((how) =>
    rows(`breaker, ${how}`, 'detectors', [[share(inmeshAs(how), 'cockatiel', { over: bare }), 0.9, 0.5]]),
  ),
  ...rows('stack, signal unread', 'stack', [
    [share(inmesh, 'cockatiel', { over: bare }), 0.04, 0.025],
    [share(inmesh, 'cockatiel', { over: bare, how: 'abortOnReturn: false' }), 0.04, 0.025],
    [{ kind: 'time', of: inmesh, over: bare }, undefined, 400],
    [{ kind: 'bytes', of: inmesh, over: bare }, 1_500, 900],
    [{ kind: 'count', of: inmesh, what: 'abortControllers' }, 0],
  ]),
  ...rows('stack, signal read', 'stack-signal', [
    [share(inmesh, 'cockatiel', { over: bare }), 0.25, 0.15],
    [share(inmesh, 'cockatiel', { over: bare, how: 'abortOnReturn: false' }), 0.25, 0.15],
  ]),
  ...rows('token bucket', 'bucket', [
    [share(inmesh, 'limiter'), 1, 0.8],
    [share(inmesh, 'rate-limiter-flexible'), 0.3, 0.2],
  ]),
  ...rows('token bucket, awaited', 'bucket', [
    [share(inmeshAs('awaited'), 'limiter', { how: 'awaited' }), 1, 0.8],
    [share(inmeshAs('awaited'), 'rate-limiter-flexible'), 0.3, 0.2],
  ]),
  ...['keyedTokenBucket', 'keyed(tokenBucket)'].flatMap((how) => [
    ...rows(`10,000 buckets, ${how}`, 'keyed', [[share(inmeshAs(how), 'rate-limiter-flexible'), 0.4, 0.25]]),
    ...rows(`10,000 buckets, ${how}, around a call`, 'keyed', [
      [
        share(inmeshAs(`${how}, around a call`), 'rate-limiter-flexible', { how: 'around a call', over: bare }),
        0.4,
        0.25,
      ],
    ]),
  ]),
  ...rows('counter, bound', 'counter-bound', [[share(inmesh, 'prom-client'), 0.05, 0.03]]),
  ...rows('counter, unbound', 'counter', [[share(inmesh, 'prom-client'), 0.25, 0.15]]),
  ...rows('histogram, bound', 'histogram-bound', [
    [share(inmesh, 'prom-client'), 0.06],
    [{ kind: 'time', of: inmesh }, undefined, 20],
  ]),
  ...rows('balancer, pick among 100', 'balancer', [
    [share(inmesh, 'inmesh', { how: 'the stack', ofOver: inmeshAs('no policy'), over: bare }), 0.5],
    [{ kind: 'time', of: inmesh, over: inmeshAs('no policy') }, undefined, 150],
  ]),
  ...rows('idle breaker', 'idle', [
    [{ kind: 'idle', of: inmesh, what: 'bytes' }, 1_000, 300],
    [{ kind: 'idle', of: inmesh, what: 'timers' }, 0],
    [{ kind: 'idle', of: inmesh, what: 'cpu', over: bare }, 0.005],
  ]),
  ...rows('timers, many in flight', 'in-flight', [[{ kind: 'count', of: inmesh, what: 'timers' }, 0.01]]),
  ...rows('wrapFetch, whole stack', 'fetch', [
    [{ kind: 'added', of: inmesh }, 0.1, 0.03],
    [{ kind: 'added', of: inmeshAs('given a signal') }, 0.1, 0.03],
  ]),
];

type Line = readonly [measure: Measure, atMost: number | undefined, goal?: number];

function rows(row: string, group: string, lines: readonly Line[]): Bar[] {
  return lines.map(([measure, atMost, goal]) => ({
    row,
    group,
    measure,
    ...(atMost !== undefined && { atMost }),
    ...(goal !== undefined && { goal }),
  }));
}
