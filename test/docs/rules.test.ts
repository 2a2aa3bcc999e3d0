import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepository } from './repository.ts';
import { docComments } from './rules/doc-comments.ts';
import { errorTables } from './rules/error-tables.ts';
import { fieldTables } from './rules/field-tables.ts';
import { optionComments } from './rules/option-comments.ts';
import { optionTables } from './rules/option-tables.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const broken = readRepository(join(fixtures, 'gadgets'));
const repository = readRepository(join(import.meta.dirname, '../..'), [
  'test/architecture/fixtures',
  'test/docs/fixtures',
]);

/** Each rule, and what it finds in the fixture that breaks them all. */
const rules = [
  {
    name: 'doc-comments',
    rule: docComments,
    found: [
      'packages/gadget/src/gadget.ts:19: Gadget.teeth has no doc comment',
      'packages/gadget/src/gadget.ts:22: GadgetEvent has no doc comment',
      'packages/gadget/src/gadget.ts:23: GadgetEvent.gadget has no doc comment',
      'packages/gadget/src/gadget.ts:24: GadgetEvent.at has no doc comment',
      'packages/gadget/src/parts.ts:1: Part has no doc comment',
      'packages/gadget/src/parts.ts:2: Part.kinds has no doc comment',
      'packages/gadget/src/parts.ts:8: Part.turn has no doc comment',
      'packages/gadget/src/error.ts:2: {@link Hammer} leads nowhere',
    ],
  },
  {
    name: 'option-comments',
    rule: optionComments,
    found: [
      'packages/gadget/src/gadget.ts:8: GadgetOptions.turnsForMs is said to default to 1 min, not 1_000',
      'packages/gadget/src/gadget.ts:12: GadgetOptions.loud does not say its default, false',
      'packages/gadget/src/gadget.ts:14: GadgetOptions.name is said to default to 7, not none',
    ],
  },
  {
    name: 'option-tables',
    rule: optionTables,
    found: [
      "packages/gadget/README.md:3: GadgetOptions.material is said to default to `'brass'`, not required",
      'packages/gadget/README.md:3: GadgetOptions.teeth is said to default to 11, not 12',
      "packages/gadget/README.md:3: GadgetOptions.way is said to default to `'right'`, not 'left'",
      'packages/gadget/README.md: no row for GadgetOptions.loud',
      "packages/gadget/README.md:3: GadgetOptions.name is said to default to `'gadget'`, not none",
      'packages/gadget/README.md:3: GadgetOptions has no colour',
    ],
  },
  {
    name: 'field-tables',
    rule: fieldTables,
    found: [
      'packages/gadget/README.md:13: GadgetEvent has at, which is not said',
      'packages/gadget/README.md:13: GadgetEvent has no reason',
      'packages/gadget/README.md: acme:turn has at, which is not said',
    ],
  },
  {
    name: 'error-tables',
    rule: errorTables,
    found: [
      'docs/errors.md: ERR_JAMMED is of packages/gadget',
      'docs/errors.md: ERR_JAMMED has the fact part',
      'docs/errors.md: no row for ERR_LOST',
      'packages/gadget/README.md: no row for ERR_JAMMED, JammedError',
      'packages/gadget/README.md: no row for ERR_LOST, LostError, which is not exported',
      'docs/errors.md: there is no ERR_MELTED',
      'packages/gadget/README.md: there is no ERR_RUSTY',
    ],
  },
];

describe.each(rules)('$name', ({ rule, found }) => {
  it('finds what breaks it', () => {
    expect(rule(broken)).toEqual(found);
  });

  it('holds here', () => {
    expect(rule(repository)).toEqual([]);
  });
});
