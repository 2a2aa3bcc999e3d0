import { show } from '@inmesh/core/options';

/** What a test knows, as plain JSON. */
export type SavedTest = Readonly<Record<(typeof FIELDS)[number], number>>;

const FIELDS = ['evidence', 'draw', 'successes', 'failures', 'outcomes', 'meanGapMs', 'idleMs'] as const;
const WHOLE: ReadonlySet<string> = new Set(['successes', 'failures', 'outcomes']);

/** Reads what was saved. Throws a `TypeError` that names what is wrong with it. */
export function savedTest(saved: unknown): SavedTest {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved))
    throw new TypeError(`a saved sequential test must be an object, got ${show(saved)}`);
  const found: Readonly<Record<string, unknown>> = { ...saved };
  for (const field of FIELDS) {
    const value = found[field];
    const wanted = WHOLE.has(field) ? 'a whole number of 0 or more' : 'a number of 0 or more';
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || (WHOLE.has(field) && value % 1 !== 0))
      throw new TypeError(`${field} of a saved sequential test must be ${wanted}, got ${show(value)}`);
  }
  return found as SavedTest; // each field was looked at
}
