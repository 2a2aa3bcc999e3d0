import { positive } from '@inmesh/core/options';

/**
 * The arithmetic of a bucket that is one number, `fullAt`: the moment at which it is full again. Moments are counted in
 * thousandths of a token since the clock's origin, ms × rate per second, so that taking whole tokens adds whole numbers and no
 * rounding piles up, however long it runs. A bucket from which nothing was taken is full since `-Infinity`.
 */
const UNITS = 1000; // a rate per second times ms

/** From which moment on a bucket holds so many tokens: it may lack the rest of its burst. */
export function enoughAt(fullAt: number, tokens: number, burst: number): number {
  return fullAt + (tokens * UNITS - burst * UNITS);
}

/** When a bucket is full again from which so many tokens are taken now. */
export function fullAfter(fullAt: number, tokens: number, now: number): number {
  return Math.max(fullAt, now) + tokens * UNITS;
}

/** The same for tokens that are taken in their turn, as if at the moment when there were enough; below 0 puts them back. */
export function fullInTurn(fullAt: number, tokens: number): number {
  return fullAt + tokens * UNITS;
}

/** How many tokens a bucket holds, fractions included. */
export function tokensAt(fullAt: number, burst: number, now: number): number {
  return (burst * UNITS - Math.max(0, fullAt - now)) / UNITS;
}

/** How long it is until a moment to come, in ms. Rounding never makes it too short: whoever waits that long gets the tokens. */
export function msUntil(moment: number, ratePerSecond: number, nowMs: number): number {
  const momentMs = moment / ratePerSecond;
  let waitMs = momentMs - nowMs;
  for (let hair = Number.EPSILON; (nowMs + waitMs) * ratePerSecond < moment; hair *= 2)
    waitMs += Math.abs(momentMs) * hair;
  return waitMs;
}

/** Throws a `RangeError` or `TypeError` unless tokens can come that fast, and a bucket can hold so many. */
export function checkRate(ratePerSecond: number, burst: number): void {
  atMost(MOST_PER_SECOND, { ratePerSecond });
  if (atMost(LARGEST_BURST, { burst }) < 1) throw new RangeError(`burst must be at least 1, got ${burst}`);
}

/** Throws a `RangeError` or `TypeError` unless so many tokens can ever be had. Makes nothing unless the cost is wrong. */
export function checkCost(cost: number, burst: number): void {
  if (!canServe(cost, burst))
    throw new RangeError(`cost must be at most the burst of ${burst}, got ${positive({ cost })}`);
}

/** Can so many tokens ever be had? */
export function canServe(cost: number, burst: number): boolean {
  return typeof cost === 'number' && cost > 0 && cost <= burst;
}

/** Beyond, thousandths of tokens since the clock's origin are too large to add single tokens to, after two years. */
const MOST_PER_SECOND = 1e8;
const LARGEST_BURST = 1e12;

function atMost(most: number, option: Readonly<Record<string, number>>): number {
  const value = positive(option);
  if (value > most) throw new RangeError(`${Object.keys(option).join()} must be at most ${most}, got ${value}`);
  return value;
}
