/** How many calls some part of them were, and how many of these failed. */
export interface Share {
  readonly calls: number;
  readonly failures: number;
}

/**
 * How surely these parts do not all fail at the same rate: the logarithm of how much likelier what was seen is if each has
 * its own rate than if they have one (half of the G statistic). 0 says nothing; 14 is one in a million.
 */
export function difference(...parts: readonly Share[]): number {
  const calls = parts.reduce((sum, part) => sum + part.calls, 0);
  const failures = parts.reduce((sum, part) => sum + part.failures, 0);
  let likelier = -surprise({ calls, failures });
  for (const part of parts) likelier += surprise(part);
  return Math.max(0, likelier);
}

/** The largest logarithm of the likelihood that any rate gives what was seen. */
function surprise({ calls, failures }: Share): number {
  return timesLog(failures, calls) + timesLog(calls - failures, calls);
}

/** How surely they fail at more than this rate: the same logarithm, 0 if they do not. */
export function above(rate: number, share: Share): number {
  const { calls, failures } = share;
  if (rateOf(share) <= rate) return 0;
  return surprise(share) - failures * Math.log(rate) - (calls - failures) * Math.log(1 - rate);
}

function timesLog(part: number, whole: number): number {
  return part === 0 ? 0 : part * Math.log(part / whole);
}

export function rateOf({ calls, failures }: Share): number {
  return calls === 0 ? 0 : failures / calls;
}

export function less(whole: Share, part: Share): Share {
  return { calls: whole.calls - part.calls, failures: whole.failures - part.failures };
}
