import type { DocExample } from './doc-examples.ts';
import { codeIn, rowsIn } from './tables.ts';

/**
 * What the second cells of a text's tables say to write: whole calls, and options of a breaker. What is left open by `…`
 * is the reader's, and `retry()` without arguments only a name.
 */
export function codeInTables(page: string, text: string): DocExample[] {
  const code = rowsIn(text).flatMap(([, ...cells]) => cells.flatMap(codeIn));
  return code.flatMap((each) => {
    if (each.includes('…')) return [];
    if (/^(\w+)\(.+\)$/.test(each)) return [{ place: page, code: `${each};` }];
    if (/^breaker\.\w+/.test(each)) return [{ place: page, code: `const breaker = circuitBreaker(); void (${each});` }];
    const isOption = /^(trip|openForMs|halfOpen|leaseMs|mode|judge|restore|name): /.test(each);
    return isOption ? [{ place: page, code: `circuitBreaker({ ${each} });` }] : [];
  });
}
