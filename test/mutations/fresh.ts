// Before each file of tests: all modules anew, so that a mutant of what they do when they are loaded is seen, and nothing
// is left of the mutant before. A worker for each file would do the same in twice the time.
import { vi } from 'vitest';

vi.resetModules();
Reflect.deleteProperty(globalThis, Symbol.for('inmesh.channels'));
