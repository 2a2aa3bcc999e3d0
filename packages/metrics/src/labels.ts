import { show } from '@inmesh/core/options';

/** What a label may be given; a number is written as JavaScript writes it, a text over 512 characters is cut. */
export type LabelValue = string | number;

/** Values by label. One that is left out is empty, which to Prometheus is the same as a label that is not there. */
export type Labels<L extends string = string> = { readonly [Name in L]?: LabelValue | undefined };

/** Puts the values in the order of the names into an array that is there already, so that a look-up makes nothing. */
export function readLabels(labels: Labels, names: readonly string[], into: string[]): void {
  if (typeof labels !== 'object' || labels === null)
    throw new TypeError(`labels must be an object, got ${show(labels)}`);
  for (let index = 0; index < names.length; index++) into[index] = '';
  for (const name in labels) {
    const index = names.indexOf(name);
    if (index === -1) throw new TypeError(`unknown label: ${name}; there are ${listed(names)}`);
    into[index] = textOf(name, labels[name]);
  }
}

/** The same for values that stand in the order of the names. */
export function readValues(values: readonly unknown[], names: readonly string[], into: string[]): void {
  if (values.length !== names.length)
    throw new RangeError(`labels must get ${names.length} values (${listed(names)}), got ${values.length}`);
  for (let index = 0; index < names.length; index++) into[index] = textOf(names[index] ?? '', values[index]);
}

/** As it will be after its way through UTF-8: half a surrogate pair becomes U+FFFD. */
export function wellFormed(value: string): string {
  return value.replace(LONE_SURROGATE, '\uFFFD');
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const LONGEST = 512; // a message of an error or a URL may be of any length, and every series keeps its values

/** A value as it stands in the text, but for what has to be escaped. */
export function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value;
  if (typeof value === 'number') return String(value);
  if (value === undefined) return '';
  throw new TypeError(`label ${name} must be a string or a number, got ${show(value)}`);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
