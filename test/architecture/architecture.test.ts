import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileLength } from './rules/file-length.ts';
import { mapEdges } from './rules/map-edges.ts';
import { oneCopy } from './rules/one-copy.ts';
import { packageBorders } from './rules/package-borders.ts';
import { packageShape } from './rules/package-shape.ts';
import { plainLanguage } from './rules/plain-language.ts';
import { platformFree } from './rules/platform-free.ts';
import { rootFolders } from './rules/root-folders.ts';
import { tellingNames } from './rules/telling-names.ts';
import { timeAndChance } from './rules/time-and-chance.ts';
import { readTree } from './tree.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const repository = readTree(join(import.meta.dirname, '../..'), ['test/architecture/fixtures']);

/** Each rule, and what it finds in the fixture that breaks it. */
const rules = [
  {
    name: 'map-edges',
    rule: mapEdges,
    found: [
      'packages/core/package.json: core core must not depend on p-limit',
      'packages/core/src/index.ts:1: core core must not import policy retry',
      'packages/gadgets: has no place in the map',
      'packages/http/src/index.ts:2: @inmesh/core is not in the dependencies of http',
      'packages/retry/package.json: policy retry must not import policy timeout',
      'packages/retry/src/index.ts:2: policy retry must not import policy timeout',
      'packages/retry/src/index.ts:3: policy retry must not import protocol http',
      'packages/retry/src/index.ts:4: policy retry must not import policy hedge',
      'packages/retry/src/index.ts:5: policy retry must not depend on lodash',
    ],
  },
  {
    name: 'package-borders',
    rule: packageBorders,
    found: [
      "examples/first.ts:1: ../packages/core/src/index.ts crosses a package's border",
      'packages/retry/src/index.ts:2: @inmesh/core/src/call.ts is not exported',
      "packages/retry/src/index.ts:3: ../../core/src/call.ts crosses a package's border",
      "packages/retry/src/retry.test.ts:1: ../../core/src/call.ts crosses a package's border",
    ],
  },
  {
    name: 'one-copy',
    rule: oneCopy,
    found: [
      'packages/core/src/errors.ts: bundled into both packages/core/src/index.ts and packages/core/src/testing.ts',
    ],
  },
  {
    name: 'platform-free',
    rule: platformFree,
    found: [
      'packages/core/src/index.ts:1: imports node:events',
      'packages/core/src/index.ts:2: imports fs',
      'packages/core/src/index.ts:5: imports node:timers/promises',
      'packages/retry/src/index.ts:1: imports node:test',
    ],
  },
  {
    name: 'time-and-chance',
    rule: timeAndChance,
    found: [
      'packages/fetch/src/index.ts:1: node:timers/promises',
      'packages/retry/src/index.ts:1: Date.now',
      'packages/retry/src/index.ts:2: Date',
      'packages/retry/src/index.ts:3: Date',
      'packages/retry/src/index.ts:4: performance.now',
      'packages/retry/src/index.ts:5: Math.random',
      'packages/retry/src/index.ts:6: crypto.randomUUID',
      'packages/retry/src/index.ts:7: setTimeout',
      'packages/retry/src/index.ts:8: setTimeout',
      'packages/retry/src/index.ts:9: setImmediate',
      'packages/retry/src/index.ts:10: Date.now',
      'packages/retry/src/index.ts:11: Math.random',
      'packages/retry/src/index.ts:12: setInterval',
      'packages/retry/src/index.ts:13: AbortSignal.timeout',
      'packages/retry/src/index.ts:14: setTimeout',
      'packages/retry/src/index.ts:15: process.hrtime.bigint',
    ],
  },
  { name: 'file-length', rule: fileLength, found: ['packages/core/src/too-long.ts: 351 lines'] },
  {
    name: 'telling-names',
    rule: tellingNames,
    found: [
      'docs/misc.md: says nothing about what is in it',
      'packages/core/src/constants/limits.ts: says nothing about what is in it',
      'packages/core/src/error.types.ts: says nothing about what is in it',
      'packages/core/src/retry-helpers.ts: says nothing about what is in it',
      'packages/core/src/util.test.ts: says nothing about what is in it',
    ],
  },
  { name: 'root-folders', rule: rootFolders, found: ['scripts: not a root folder of this repository'] },
  {
    name: 'package-shape',
    rule: packageShape,
    found: [
      'packages/http/package.json: no bugs',
      'packages/http/package.json: no license',
      'packages/http/package.json: main does not belong here',
      'packages/http/package.json: homepage is not "https://github.com/inmesh/inmesh/tree/main/packages/http#readme"',
      'packages/http/package.json: sideEffects is not false',
      'packages/http/package.json: exports["."] has another shape',
      'packages/http/package.json: exports do not begin with "." and end with "./package.json"',
      'packages/http/package.json: @inmesh/core is not workspace:^',
      'packages/retry/package.json: keys in another order than name version description keywords homepage bugs license repository type sideEffects engines exports publishConfig files scripts',
      'packages/retry/package.json: name is not "@inmesh/retry"',
    ],
  },
  {
    name: 'plain-language',
    rule: plainLanguage,
    found: [
      'packages/core/src/index.ts:1: enum',
      'packages/core/src/index.ts:4: private',
      'packages/core/src/index.ts:5: public',
      'packages/core/src/index.ts:9: as any',
      'packages/core/src/index.ts:8: @ts-ignore',
    ],
  },
];

describe.each(rules)('$name', ({ name, rule, found }) => {
  it('finds what breaks it', () => {
    expect(rule(readTree(join(fixtures, name)))).toEqual(found);
  });

  it('holds here', () => {
    expect(rule(repository)).toEqual([]);
  });
});
