// A policy under a clock that a test moves by hand.
import assert from 'node:assert/strict';

import { Call } from '@inmesh/core';
import { constant } from '@inmesh/core/backoff';
import { scriptedHandler, virtualClock } from '@inmesh/core/testing';
import { retry } from '@inmesh/retry';

// #region testing
const clock = virtualClock();
const server = scriptedHandler<string>();
const handler = retry({ clock, backoff: constant(60_000) })(server.handler);

const result = handler(Call.start('a request'));
(await server.next()).fail(new Error('try again'));
await clock.advance(60_000); // takes no time
(await server.next()).respond('hello');

assert.equal(await result, 'hello');
assert.equal(clock.timers, 0); // nothing is left behind
// #endregion
console.log(await result, 'after', clock.now() / 1_000, 's that took no time');

// Output:
// hello after 60 s that took no time
