/** What one outcome adds to the score of a test, in whole units, so that each threshold has an exact run length. */
export interface Scores {
  /** What a failure adds. */
  readonly failure: number;
  /** What a success takes away; `Infinity` where one success disproves all. */
  readonly success: number;
  /** The logarithm of the likelihood ratio that one unit stands for. */
  readonly unit: number;
}

/** So far may the ratio of the two scores be from that of the logarithms. */
const TOLERANCE = 0.05;

/** The logarithms of the likelihood ratio of one outcome, as the smallest whole numbers that are nearly in their ratio. */
export function scoresOf(tolerable: number, unacceptable: number): Scores {
  const gain = Math.log(unacceptable / tolerable);
  const loss = -Math.log((1 - unacceptable) / (1 - tolerable));
  if (loss === Infinity) return { failure: 1, success: Infinity, unit: gain };
  for (let smaller = 1; ; smaller++) {
    const perUnit = smaller / Math.min(gain, loss);
    const failure = Math.round(gain * perUnit);
    const success = Math.round(loss * perUnit);
    const off = (failure / success) * (loss / gain) - 1;
    if (Math.abs(off) <= TOLERANCE) return { failure, success, unit: gain / failure };
  }
}
