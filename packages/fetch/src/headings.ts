/** Headers as an object or as pairs: every fetch takes both. */
export type Headings = Readonly<Record<string, unknown>> | readonly (readonly [string, unknown])[];

/**
 * What a caller gave as headers: an object or pairs as they are, anything that can be iterated, `Headers` of any class among
 * them, as pairs.
 */
export function headingsOf(given: unknown): Headings {
  if (typeof given !== 'object' || given === null) return {};
  if (Array.isArray(given)) return given as Headings; // of pairs, or the fetch says what is wrong with it
  if (Symbol.iterator in given) return [...(given as Iterable<readonly [string, unknown]>)]; // as fetch reads it
  return given as Headings;
}

/** Without some of them, by their lower-case names. */
export function without(headings: Headings, names: ReadonlySet<string>): Headings {
  const stays = (pair: readonly [string, unknown]): boolean => !names.has(pair[0].toLowerCase());
  return isPairs(headings) ? headings.filter(stays) : Object.fromEntries(Object.entries(headings).filter(stays));
}

const HOST: ReadonlySet<string> = new Set(['host']);

/** With this Host and no other. */
export function withHost(headings: Headings, host: string): Headings {
  const others = without(headings, HOST);
  return isPairs(others) ? [...others, ['host', host]] : { ...others, host };
}

function isPairs(headings: Headings): headings is readonly (readonly [string, unknown])[] {
  return Array.isArray(headings);
}
