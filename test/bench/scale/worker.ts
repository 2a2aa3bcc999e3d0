// Measures one subject in a process of its own, which its arguments describe, and tells the parent what it found.
import { assertBuilt } from '../built.ts';
import type { Pace } from '../pace.ts';
import { sizedSizes, timedSizes } from './measure.ts';
import { subjects } from './subjects.ts';

/** What is measured. */
export interface ScaleJob {
  readonly name: string;
  readonly pace: Pace;
  /** How much ours hold of each, by which something bare is made as large; without it, that is what is measured. */
  readonly bytesEach?: number;
}

const { name, pace, bytesEach } = JSON.parse(process.argv[2] ?? '') as ScaleJob;
assertBuilt();
process.once('disconnect', () => process.exit()); // done, or the parent is gone
const subject = subjects.find((each) => each.name === name);
if (subject === undefined) throw new Error(`no such subject: ${name}`);
const found = bytesEach === undefined ? await sizedSizes(subject, pace) : await timedSizes(subject, pace, bytesEach);
process.send?.({ found, node: process.versions.node, v8: process.versions.v8 });
process.disconnect?.(); // there is no parent when it is tried by hand
