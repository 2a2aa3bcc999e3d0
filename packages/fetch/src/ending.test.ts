import { Readable } from 'node:stream';

import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it } from 'vitest';

import { endingOf, Patience } from './ending.ts';

const answer = (body: unknown): object => ({ status: 200, headers: new Headers(), body });

describe('endingOf', () => {
  it('serves many responses with one timer, which keeps no process alive', async () => {
    const clock = virtualClock();
    const patience = new Patience(clock, 100);
    const overs: number[] = [];
    const responses = Array.from({ length: 50 }, () => new Response('x'));
    for (const [index, response] of responses.entries())
      endingOf(response, undefined, patience)?.hold({ over: () => overs.push(index) });
    expect(clock.timers).toBe(1);
    expect(clock.refs).toBe(0);
    await clock.advance(100);
    expect(overs).toHaveLength(50);
    expect(clock.timers).toBe(0);
  });

  it.each<[string, () => unknown, (body: never) => unknown]>([
    ['a web stream', () => new Response('x').body, (body: ReadableStream) => body.getReader()],
    [
      'a Node stream',
      () => new Readable({ read() {} }),
      (body: Readable) => {
        body.push('x');
        body.read();
      },
    ],
  ])('waits on for %s that is being read', async (_, make, read) => {
    const clock = virtualClock();
    const body = make();
    let overs = 0;
    endingOf(answer(body), undefined, new Patience(clock, 100))?.hold({ over: () => overs++ });
    read(body as never);
    await clock.advance(1_000);
    expect(overs).toBe(0);
    expect(clock.timers).toBe(1);
  });

  it('tells a holder that comes late at once, and each holder once', async () => {
    const clock = virtualClock();
    const response = new Response('x');
    const ending = endingOf(response, undefined, new Patience(clock, 100));
    let overs = 0;
    ending?.hold({ over: () => overs++ });
    ending?.end();
    ending?.end(new Error('again'));
    endingOf(response, undefined, new Patience(clock, 100))?.hold({
      over: (error) => (overs += error === undefined ? 10 : 100),
    });
    await clock.advance(1_000);
    expect(overs).toBe(11);
  });

  it.each([undefined, null, 'text', new Uint8Array(2).length])('has none to wait for: %o', (body) => {
    expect(endingOf(answer(body), undefined, new Patience(virtualClock(), 100))).toBeUndefined();
  });
});
