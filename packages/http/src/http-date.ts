/**
 * An HTTP date as ms since 1970, in any of its three forms (RFC 9110 §5.6.7); `undefined` if it is none.
 *
 * The form with a year of two digits means the past if it would lie more than 50 years after `wallMs`.
 *
 * @example
 * parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', Date.now()); // 784111777000
 */
export function parseHttpDate(value: string, wallMs: number): number | undefined {
  const fixed = FIXED.exec(value);
  if (fixed !== null) return utc(fixed, Number(fixed[3]));
  const ansi = ANSI.exec(value);
  if (ansi !== null) return utc([ansi[0], ansi[2], ansi[1], ansi[6], ansi[3], ansi[4], ansi[5]], Number(ansi[6]));
  const old = RFC850.exec(value);
  if (old === null) return undefined;
  const thisYear = new Date(wallMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(old[3]);
  return utc(old, year > thisYear + 50 ? year - 100 : year);
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTHS: readonly (string | undefined)[] = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'.split('|');
const MONTH = `(${MONTHS.join('|')})`;
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)';
const FIXED = new RegExp(`^${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
const RFC850 = new RegExp(`^${LONG_DAY}, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`);
const ANSI = new RegExp(`^${DAY} ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`);

/** Of day, month, (year,) hours, minutes and seconds; `undefined` for a day or an hour that does not exist. */
function utc(
  [, day, month, , hours, minutes, seconds]: readonly (string | undefined)[],
  year: number,
): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined; // 60: a leap second
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.indexOf(month), Number(day)); // Date.UTC takes years below 100 for 19xx
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
}
