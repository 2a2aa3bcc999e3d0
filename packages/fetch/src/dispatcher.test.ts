import { describe, expect, it, onTestFinished } from 'vitest';

import { globalDispatcher, isDispatcher, type Dispatcher } from './dispatcher.ts';
import type { Handler } from './watch.ts';

const globals = globalThis as { [key: symbol]: unknown };
const NEWER = Symbol.for('undici.globalDispatcher.2');
const OLDER = Symbol.for('undici.globalDispatcher.1');
const callbacks = { onConnect: () => {} } as unknown as Handler;
const controlled = { onRequestStart: () => {} } as unknown as Handler;

function set(symbol: symbol): Dispatcher {
  const before = globals[symbol];
  const dispatcher = { dispatch: () => true };
  globals[symbol] = dispatcher;
  onTestFinished(() => {
    globals[symbol] = before;
  });
  return dispatcher;
}

describe('globalDispatcher', () => {
  it('is that of the generation that asks', () => {
    const older = set(OLDER);
    expect(globalDispatcher(callbacks)).toBe(older);
    expect(globalDispatcher(controlled)).toBe(older);
    const newer = set(NEWER);
    expect(globalDispatcher(callbacks)).toBe(older);
    expect(globalDispatcher(controlled)).toBe(newer);
    expect(globalDispatcher()).toBe(newer);
  });
});

describe('isDispatcher', () => {
  it('goes by the shape', () => {
    expect(isDispatcher({ dispatch: () => true })).toBe(true);
    for (const other of [undefined, null, 7, {}, { dispatch: true }, () => true])
      expect(isDispatcher(other)).toBe(false);
  });
});
