import diagnostics from 'node:diagnostics_channel';

import { describe, expect, it, onTestFinished } from 'vitest';

import { channel, listenerChannel, quietly } from './channel.ts';
import { systemClock } from './clock.ts';

let channels = 0;
const fresh = () => channel<string>(`inmesh:test-${++channels}`);

describe('channel', () => {
  it('tells every listener every event until it goes', () => {
    const events = fresh();
    const heard: string[] = [];
    const stop = events.subscribe((event) => heard.push(`1 ${event}`));
    events.subscribe((event) => heard.push(`2 ${event}`));
    events.publish('a');
    stop();
    stop();
    events.publish('b');

    expect(heard).toEqual(['1 a', '2 a', '2 b']);
  });

  it('knows whether anybody listens', () => {
    const events = fresh();
    expect(events.hasSubscribers).toBe(false);

    const stop = events.subscribe(() => {});
    expect(events.hasSubscribers).toBe(true);
    stop();
    expect(events.hasSubscribers).toBe(false);
  });

  it.each([[''], [7], [undefined]])('refuses the name %j', (name) => {
    expect(() => channel(name as string)).toThrow(/^name must be a non-empty string/);
  });

  it('lets one function subscribe twice', () => {
    const events = fresh();
    const heard: string[] = [];
    const listener = (event: string) => heard.push(event);
    const stop = events.subscribe(listener);
    events.subscribe(listener);
    events.publish('a');
    stop();
    events.publish('b');

    expect(heard).toEqual(['a', 'a', 'b']);
  });

  it('lets a listener come and go while an event is told', () => {
    const events = fresh();
    const heard: string[] = [];
    events.subscribe((event) => {
      stop();
      events.subscribe((later) => heard.push(`late ${later}`));
      heard.push(`first ${event}`);
    });
    const stop = events.subscribe((event) => heard.push(`gone ${event}`));
    events.publish('a');
    expect(heard).toEqual(['first a']);

    events.publish('b');
    expect(heard).toEqual(['first a', 'first b', 'late b']);
  });

  it('harms nobody when a listener throws, and says so', () => {
    const events = fresh();
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new Error('broken listener');
    events.subscribe(() => {
      throw bug;
    });
    events.subscribe((event) => heard.push(event));
    events.publish('a');

    expect(heard).toEqual([{ to: events.name, error: bug }, 'a']);
  });

  it('leaves no rejection of an asynchronous listener unhandled', async () => {
    const events = fresh();
    const heard: unknown[] = [];
    onTestFinished(listenerChannel.subscribe((event) => heard.push(event)));
    const bug = new Error('broken listener');
    // oxlint-disable-next-line typescript/no-misused-promises -- what a user may well pass
    events.subscribe(() => Promise.reject(bug));
    events.publish('a');
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));

    expect(heard).toEqual([{ to: events.name, error: bug }]);
  });

  it('comes to an end when a listener to listeners throws', () => {
    let heard = 0;
    onTestFinished(
      listenerChannel.subscribe(() => {
        heard++;
        throw new Error('broken as well');
      }),
    );
    quietly('test', () => {
      throw new Error('broken');
    });

    expect(heard).toBe(1);
  });

  it('is the same for the same name, also for a second copy of the package', async () => {
    // @ts-expect-error The query makes it another module to whoever loads it, and one that TypeScript does not know.
    const copy = (await import('./channel.ts?second-copy')) as typeof import('./channel.ts');
    const events = fresh();
    const heard: string[] = [];
    events.subscribe((event) => heard.push(event));
    copy.channel<string>(events.name).publish('from the other copy');

    expect(copy.channel).not.toBe(channel);
    expect(channel(events.name)).toBe(events);
    expect(heard).toEqual(['from the other copy']);
  });

  it('is mirrored on the diagnostics channel of its name', () => {
    const events = fresh();
    const heard: unknown[] = [];
    const listener = (event: unknown) => heard.push(event);
    diagnostics.subscribe(events.name, listener);
    expect(events.hasSubscribers).toBe(true);
    events.publish('a');
    diagnostics.unsubscribe(events.name, listener);
    events.publish('b');

    expect(heard).toEqual(['a']);
    expect(events.hasSubscribers).toBe(false);
  });

  it.each([
    ['a process', undefined],
    ['getBuiltinModule', {}],
    ['diagnostics_channel', { getBuiltinModule: () => undefined }],
  ])('tells its own listeners where there is not %s', (_lacking, process) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'process');
    Object.defineProperty(globalThis, 'process', { value: process, configurable: true });
    const events = fresh();
    Reflect.deleteProperty(globalThis, 'process');
    if (before !== undefined) Object.defineProperty(globalThis, 'process', before);
    const heard: unknown[] = [];
    events.subscribe((event) => heard.push(event));
    events.publish('a');

    expect(heard).toEqual(['a']);
  });

  it('refuses a listener that is no function', () => {
    expect(() => fresh().subscribe('listener' as never)).toThrow(TypeError);
  });
});

describe('quietly', () => {
  it('lets what goes well alone', () => {
    let called = false;
    quietly('test', () => {
      called = true;
    });

    expect(called).toBe(true);
  });
});
