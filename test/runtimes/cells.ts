/** One program of the matrix: a client in a runtime, by itself or over a dispatcher of another package. */
export interface Cell {
  readonly runtime: string;
  readonly client: string;
  /** The package that the dispatchers come from; without one all the other checks are run. */
  readonly agents?: string;
}

const nodes = ['node-20', 'node-22', 'node-24', 'node-26'];
const undicis = ['undici-6', 'undici-7', 'undici-8'];

/** `in ky` is ky that was given a wrapped fetch; `ky` is ky wrapped. `forgetful` drops what it does not know. */
const others = ['forgetful', 'node-fetch-2', 'node-fetch-3', 'ky-1', 'ky-2', 'in ky-1', 'in ky-2'];

/** undici 8 does not load on Node 20. */
const loads = (runtime: string, name: string): boolean => runtime !== 'node-20' || name !== 'undici-8';

export const cells: readonly Cell[] = [
  ...nodes.flatMap((runtime) =>
    ['built-in', ...undicis, ...others]
      .filter((client) => loads(runtime, client))
      .map((client): Cell => ({ runtime, client })),
  ),
  { runtime: 'bun', client: 'built-in' },
  { runtime: 'deno', client: 'built-in' },
  ...nodes.flatMap((runtime) =>
    ['built-in', ...undicis].flatMap((client) =>
      undicis
        .filter((agents) => loads(runtime, client) && loads(runtime, agents))
        .map((agents): Cell => ({ runtime, client, agents })),
    ),
  ),
];
