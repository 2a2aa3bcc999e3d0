import { Call } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { scriptedHandler } from './scripted-handler.ts';

describe('scriptedHandler', () => {
  it('answers each sending as the test says', async () => {
    const server = scriptedHandler<string>();
    const call = Call.start('input');
    const [first, second] = [server.handler(call), server.handler(call.forkAttempt())];
    expect(server.unread).toBe(2);

    const sending = await server.next();
    expect(sending.call).toBe(call);
    sending.respond('hello');
    (await server.next()).fail('no');
    await expect(first).resolves.toBe('hello');
    await expect(second).rejects.toBe('no');
    expect(server.unread).toBe(0);
  });

  it('waits for sendings that have not come yet', async () => {
    const server = scriptedHandler<string>();
    const [first, second] = [server.next(), server.next()];
    void server.handler(Call.start('a'));
    void server.handler(Call.start('b'));

    expect([(await first).call.input, (await second).call.input]).toEqual(['a', 'b']);
    expect(server.unread).toBe(0);
  });
});
