// Stands in the place of `node:events` in the bundle: tests count the listeners that are left on a signal, and only Node,
// Bun and Deno can tell. Elsewhere they are counted as they are added and removed.
type Listeners = (target: EventTarget, type: string) => readonly unknown[];

const native = process()?.getBuiltinModule?.('node:events')?.getEventListeners;
const counted = new WeakMap<EventTarget, Map<string, Set<unknown>>>();

export const getEventListeners: Listeners = tells(native) ? native : count();

function process(): { getBuiltinModule?(name: string): { getEventListeners?: Listeners } | undefined } | undefined {
  return (globalThis as { process?: ReturnType<typeof process> }).process; // Node's documented shape, where there is one
}

/** workerd has the function, and it knows no listener of a signal. */
function tells(listeners: Listeners | undefined): listeners is Listeners {
  const { signal } = new AbortController();
  signal.addEventListener('abort', () => {});
  return listeners?.(signal, 'abort').length === 1;
}

function count(): Listeners {
  const { prototype } = EventTarget;
  const before = Object.create(null, Object.getOwnPropertyDescriptors(prototype)) as EventTarget;
  prototype.addEventListener = function added(type, listener, options) {
    listenersOf(this, type).add(listener);
    if (typeof options === 'object' && options?.once === true)
      before.addEventListener.call(this, type, () => listenersOf(this, type).delete(listener), { once: true });
    before.addEventListener.call(this, type, listener, options);
  };
  prototype.removeEventListener = function removed(type, listener, options) {
    listenersOf(this, type).delete(listener);
    before.removeEventListener.call(this, type, listener, options);
  };
  return (target, type) => [...listenersOf(target, type)];
}

function listenersOf(target: EventTarget, type: string): Set<unknown> {
  const types = counted.get(target) ?? new Map<string, Set<unknown>>();
  counted.set(target, types);
  const listeners = types.get(type) ?? new Set();
  types.set(type, listeners);
  return listeners;
}
