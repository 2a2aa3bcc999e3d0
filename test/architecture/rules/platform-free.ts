import { isBuiltin } from 'node:module';
import { importsOf } from '../imports.ts';
import { platformFree as kinds } from '../map.ts';
import { packagesOf } from '../packages.ts';
import type { Rule } from '../tree.ts';

/** Core and policies import no module of Node, under its plain name or with `node:`. */
export const platformFree: Rule = (tree) =>
  packagesOf(tree)
    .filter(({ kind }) => kind !== undefined && kinds.includes(kind))
    .flatMap(({ sources }) => sources)
    .flatMap((path) => importsOf(tree, path))
    .filter(({ specifier }) => specifier.startsWith('node:') || isBuiltin(specifier))
    .map(({ specifier, at }) => `${at}: imports ${specifier}`);
