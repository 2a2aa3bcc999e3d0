import { describe, expect, it } from 'vitest';

import { Bucket } from './bucket.ts';
import { Place, Queue } from './queue.ts';

/** A place that notes what becomes of it. */
class Noted extends Place {
  fate = 'waits';

  override serve(): void {
    this.fate = 'served';
  }

  override refuse(waitMs: number): void {
    this.fate = `refused, ${waitMs} ms`;
  }
}

/** A bucket of ten a second and two at once, empty at 0, and the places that joined. */
function emptied(...deadlines: readonly number[]) {
  const queue = new Queue(new Bucket(10, 2), 5, Infinity);
  queue.take(2, 0);
  const places = deadlines.map((deadline) => new Noted(1, deadline));
  for (const place of places) queue.join(place);
  return { queue, places };
}

describe('Queue', () => {
  it('lets nobody leave who did not join', () => {
    const { queue } = emptied(Infinity);
    queue.leave(new Noted(1, Infinity));
    expect([queue.size, queue.waitMs(1, 0)]).toEqual([1, 200]);
  });

  it('refuses one whose turn was put off to its very deadline, as it would a newcomer', () => {
    const { queue, places } = emptied(Infinity, Infinity, 480, 481);
    queue.advance(400); // the loop was blocked: two are served, the last 20 ms count for the next
    expect(places.map(({ fate }) => fate)).toEqual(['served', 'served', 'refused, 80 ms', 'waits']);
    expect(queue.objection(1, 580, 400)).toBe('deadline');
  });
});
