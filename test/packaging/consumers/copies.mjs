// Loads every package four times, as an ES module and as CommonJS, of this version and of the later one that a dependency
// of ours brought, and lets every two of these copies meet in one process.
import { createRequire } from 'node:module';

import { meet } from './meeting.mjs';
import { share } from './shared-breaker.mjs';

const require = createRequire(import.meta.url);
const copies = {
  module: await import('./modules.mjs'),
  script: require('./scripts.cjs'),
  'later module': await import('acme/modules.mjs'),
  'later script': require('acme/scripts.cjs'),
};

const seen = {};
for (const [mine, my] of Object.entries(copies)) {
  for (const [theirs, their] of Object.entries(copies)) {
    if (mine !== theirs) seen[`${mine}, ${theirs}`] = { ...(await meet(my, their)), breaker: await share(my, their) };
  }
}
console.log(JSON.stringify(seen));
