import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SeriesTree, type Series } from './series-tree.ts';

class Tally implements Series {
  total = 0;

  reset(): void {
    this.total = 0;
  }

  text(name: string, labels: string): string {
    return `${name}{${labels}} ${this.total}\n`;
  }
}

const OVERFLOW = 'otel_metric_overflow="true"';

function totals(tree: SeriesTree<Tally>): Map<string, number> {
  const found = new Map<string, number>();
  tree.forEach(({ total }, labels) => found.set(labels, total));
  return found;
}

/** What a tree does, in plain words: a map by label text. */
class Model {
  readonly series = new Map<string, number>();
  readonly #max: number;
  readonly #lasting: boolean;

  constructor(max: number, lasting: boolean) {
    this.#max = max;
    this.#lasting = lasting;
  }

  count(labels: string): string {
    const own = this.series.size - (this.series.has(OVERFLOW) ? 1 : 0);
    const known = this.series.has(labels);
    const full = own >= this.#max - 1;
    const shut = this.#lasting && this.series.has(OVERFLOW);
    const place = known || !(full || shut) ? labels : OVERFLOW;
    this.series.set(place, (this.series.get(place) ?? 0) + 1);
    if (known) return 'found';
    if (place !== OVERFLOW) return 'made';
    return full ? 'overflowed' : 'overflowed although there is room';
  }
}

const value = fc.constantFrom('', 'a', 'b', 'c', 'd');
const action = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('count', 'remove') },
  { weight: 1, arbitrary: fc.constant('clear') },
);
const command = fc.record({
  a: value,
  b: value,
  act: action,
  form: fc.constantFrom('values', 'in order', 'in reverse'),
});

describe('SeriesTree', () => {
  it('never has more series than it may, and loses no count', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (commands, max, lasting) => {
          const tree = new SeriesTree(['a', 'b'], max, () => new Tally(), lasting);
          const model = new Model(max, lasting);
          let counted = 0;
          for (const { a, b, act, form } of commands) {
            const given = form === 'values' ? [a, b] : [form === 'in order' ? { a, b } : { b, a }];
            const labels = `a="${a}",b="${b}"`;
            if (act === 'clear') {
              tree.clear();
              model.series.clear();
              counted = 0;
              seen.add('cleared');
            } else if (act === 'remove') {
              const lost = model.series.get(labels) ?? 0;
              const removed = tree.remove(given);
              expect(removed).toBe(model.series.delete(labels));
              seen.add(removed ? 'removed' : 'nothing to remove');
              counted -= lost;
            } else {
              seen.add(model.count(labels));
              const [first = ''] = given;
              (typeof first === 'object' ? tree.of(first) : tree.ofArguments(given)).total++;
              counted++;
            }
            expect(tree.size).toBe(model.series.size);
            expect(tree.size).toBeLessThanOrEqual(max);
          }
          expect(totals(tree)).toEqual(model.series);
          expect([...totals(tree).values()].reduce((sum, total) => sum + total, 0)).toBe(counted);
        },
      ),
    );
    expect([...seen].sort()).toEqual([
      'cleared',
      'found',
      'made',
      'nothing to remove',
      'overflowed',
      'overflowed although there is room',
      'removed',
    ]);
  });

  it('has one series for values that are alike in the text', () => {
    const tree = new SeriesTree(['a'], 10, () => new Tally());
    const series = tree.of({ a: '\uFFFD' });
    expect(tree.of({ a: '\uD800' })).toBe(series);
    expect(tree.of({ a: '\uDC00' })).toBe(series);
    expect(tree.peek({ a: '\uDBFF' })).toBe(series);
    expect(tree.of({ a: '\u{1F600}' })).not.toBe(series);
    expect(tree.of({ a: 200 })).toBe(tree.of({ a: '200' }));
    expect(tree.remove(['\uD801'])).toBe(true);
    expect(tree.size).toBe(2);
  });

  it('takes a label that is left out for an empty one, and only its own', () => {
    const tree = new SeriesTree(['a', 'constructor'], 10, () => new Tally());
    const series = tree.of({});
    expect([...totals(tree).keys()]).toEqual(['a="",constructor=""']);
    expect(tree.of({ a: undefined })).toBe(series);
    expect(tree.of({ a: '', constructor: '' })).toBe(series);
  });

  it('cuts values that are too long, which then are one series', () => {
    const tree = new SeriesTree(['a'], 10, () => new Tally());
    const longest = 'x'.repeat(512);
    tree.of({ a: longest }).total++;
    tree.of({ a: `${longest}y` }).total++;
    tree.ofArguments([`${longest}z`.repeat(1_000)]).total++;
    tree.of({ a: `${'x'.repeat(510)}\u{1F600}y` }).total++; // no half of a character is left
    expect([...totals(tree)]).toEqual([
      [`a="${longest}"`, 1],
      [`a="${'x'.repeat(511)}…"`, 2],
      [`a="${'x'.repeat(510)}\uFFFD…"`, 1],
    ]);
    expect(tree.peek({ a: `${longest}?` })?.total).toBe(2);
    expect(tree.remove([`${longest}?`])).toBe(true);
  });

  it('makes no series when it only looks', () => {
    const tree = new SeriesTree(['a'], 10, () => new Tally());
    expect(tree.peek({ a: 'x' })).toBeUndefined();
    expect(tree.size).toBe(0);
  });

  it('has one series without labels, from the start, that no bound concerns', () => {
    const tree = new SeriesTree([], 1, () => new Tally());
    expect(tree.size).toBe(1);
    expect(tree.remove([])).toBe(true);
    expect(tree.size).toBe(0);
    tree.of({}).total++;
    expect([...totals(tree)]).toEqual([['', 1]]);
    tree.clear();
    expect([...totals(tree)]).toEqual([['', 0]]);
  });

  it.each([
    { given: [{ b: 'x' }], error: 'unknown label: b; there are a' },
    { given: [{ a: {} }], error: 'label a must be a string or a number, got an object' },
    { given: [{ a: null }], error: 'label a must be a string or a number, got null' },
    { given: [true], error: 'label a must be a string or a number, got true' },
    { given: [], error: 'labels must get 1 values (a), got 0' },
    { given: ['x', 'y'], error: 'labels must get 1 values (a), got 2' },
  ])('refuses $given', ({ given, error }) => {
    const tree = new SeriesTree(['a'], 10, () => new Tally());
    expect(() => tree.ofArguments(given)).toThrow(error);
    expect(tree.size).toBe(0);
  });

  it('refuses labels that are no object', () => {
    const tree = new SeriesTree(['a'], 10, () => new Tally());
    expect(() => tree.of('x' as never)).toThrow(new TypeError('labels must be an object, got "x"'));
  });
});
