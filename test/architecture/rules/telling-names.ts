import type { Rule } from '../tree.ts';

const says = /^(utils?|utilit(y|ies)|helpers?|commons?|misc|miscellaneous|shared|types?|constants?|consts?)$/i;
const endsIn = /[-_](utils?|helpers?|misc)$/i;

/** A file or folder is named for what is in it: not utils, helpers, common, misc, shared, types or constants. */
export const tellingNames: Rule = (tree) =>
  tree.files
    .filter((path) => path.split(/[/.]/).some((part) => says.test(part) || endsIn.test(part)))
    .map((path) => `${path}: says nothing about what is in it`);
