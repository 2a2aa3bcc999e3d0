// Measures one group in a process of its own, which its arguments describe, and tells the parent what it found.
import { allocated } from './allocation.ts';
import { assertBuilt } from './built.ts';
import type { Case } from './case.ts';
import { countGlobals, counted } from './counting.ts';
import { groups } from './groups.ts';
import { idle } from './groups/idle.ts';
import { idling } from './idling.ts';
import type { Job, Measured } from './job.ts';
import { paceOf } from './pace.ts';
import { timed } from './timing.ts';

const job = JSON.parse(process.argv[2] ?? '') as Job;
assertBuilt();
process.once('disconnect', () => process.exit()); // done, or the parent is gone
await (job.mode === 'idle' ? idlers(job) : cases(job));
process.disconnect?.(); // there is no parent when it is tried by hand

async function cases(of: Extract<Job, { readonly group: string }>): Promise<void> {
  const group = groups.find(({ name }) => name === of.group);
  if (group === undefined) throw new Error(`no such group: ${of.group}`);
  const pace = paceOf(group, of.pace);
  const all = await group.cases();
  for (const each of all) await checked(each);
  if (of.mode === 'time') {
    const timings = await timed(all, group.meter, pace);
    tell(all.map((each, index) => ({ ...nameOf(each), ...timings[index] })));
  } else {
    const bytes = await allocated(all, pace);
    countGlobals();
    const counts = await counted(all, pace);
    tell(all.map((each, index) => ({ ...nameOf(each), bytes: bytes[index], counts: counts[index] })));
  }
  for (const each of all) await each.close?.();
}

async function checked(each: Case): Promise<void> {
  try {
    await each.check();
  } catch (error) {
    throw new Error(`${each.by} ${each.how ?? ''} does not do what it should`, { cause: error });
  }
}

async function idlers({ index, watchMs }: Extract<Job, { readonly watchMs: number }>): Promise<void> {
  countGlobals();
  const idler = (await idle.idlers())[index];
  tell(idler === undefined ? [] : [{ ...nameOf(idler), idle: await idling(idler, watchMs) }]);
}

function nameOf({ by, how, differs }: Pick<Case, 'by' | 'how' | 'differs'>) {
  return { by, how, differs };
}

function tell(found: readonly Measured[]): void {
  process.send?.({ found, node: process.versions.node, v8: process.versions.v8 });
}
