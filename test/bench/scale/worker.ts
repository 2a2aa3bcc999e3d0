// Measures one subject in a process of its own, which its arguments describe, and tells the parent what it found.
import { assertBuilt } from '../built.ts';
import type { Pace } from '../pace.ts';
import { sizedSizes, timedSizes } from './measure.ts';
import { subjects } from './subjects.ts';

const { name, mode, pace } = JSON.parse(process.argv[2] ?? '') as { name: string; mode: 'time' | 'size'; pace: Pace };
assertBuilt();
process.once('disconnect', () => process.exit()); // done, or the parent is gone
const subject = subjects.find((each) => each.name === name);
if (subject === undefined) throw new Error(`no such subject: ${name}`);
const found = mode === 'time' ? await timedSizes(subject, pace) : await sizedSizes(subject, pace);
process.send?.({ found, node: process.versions.node, v8: process.versions.v8 });
process.disconnect?.(); // there is no parent when it is tried by hand
