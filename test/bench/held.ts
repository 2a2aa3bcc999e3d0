import { setImmediate as turn } from 'node:timers/promises';
import { getHeapCodeStatistics } from 'node:v8';

/**
 * Collects garbage until nothing more goes, and gives how much is held. Needs `--expose-gc`.
 *
 * It is read in the same turn as it was collected: later, room that the compiler's threads have taken counts as used.
 */
export async function heldBytes(): Promise<number> {
  let before = Infinity;
  let bytes = 0;
  for (let times = 0; times < MOST && (times < LEAST || bytes < before - SETTLED_BYTES); times++) {
    before = bytes;
    await turn(); // what was collected is told of in a turn of its own
    globalThis.gc?.();
    bytes = dataBytes();
  }
  return bytes;
}

const LEAST = 4;
const MOST = 12; // code that is old goes after some collections
const SETTLED_BYTES = 4_096;

/** The heap and what hangs on it outside, without compiled code: V8 throws that away and makes it anew as it likes. */
function dataBytes(): number {
  const { heapUsed, external } = process.memoryUsage(); // array buffers are part of what is external
  return heapUsed + external - codeBytes();
}

export function codeBytes(): number {
  const { bytecode_and_metadata_size: bytecode, code_and_metadata_size: code } = getHeapCodeStatistics();
  return bytecode + code;
}
