import ts from 'typescript';
import { globalsIn } from '../globals.ts';
import { importsOf } from '../imports.ts';
import { packagesOf } from '../packages.ts';
import { parse, place } from '../source.ts';
import type { Rule } from '../tree.ts';

/** The one file that takes time and chance from the platform; all others are given a clock and a random. */
const source = 'packages/core/src/clock.ts';

const modules = /^(node:)?(timers|timers\/promises|perf_hooks)$/;
const names = [
  /^(setTimeout|setInterval|setImmediate)(\.|$)/,
  /^performance(\.|$)/,
  /^Date\.now(\.|$)/,
  /^Math\.random(\.|$)/,
  /^crypto\.(random|getRandomValues)/,
  /^AbortSignal\.timeout(\.|$)/,
  /^process\.(hrtime|uptime)(\.|$)/,
];

/** Time and chance are options of whatever uses them, never taken from the globals. */
export const timeAndChance: Rule = (tree) => {
  const sources = packagesOf(tree).flatMap((of) => of.sources.filter((path) => path !== source));
  return sources.flatMap((path) => [
    ...importsOf(tree, path)
      .filter(({ specifier }) => modules.test(specifier))
      .map(({ specifier, at }) => `${at}: ${specifier}`),
    ...globalsIn(parse(tree, path))
      .filter(({ name, node }) => names.some((banned) => banned.test(name)) || (name === 'Date' && readsTheClock(node)))
      .map(({ name, node }) => `${place(node)}: ${name}`),
  ]);
};

/** A date made from a given time does not, nor does a test for being one. */
function readsTheClock(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) === 0;
  return !(ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword);
}
