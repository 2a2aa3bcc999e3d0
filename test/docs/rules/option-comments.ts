import ts from 'typescript';
import { says } from '../defaults.ts';
import { type Option, optionsTypes } from '../options.ts';
import type { DocsRule, Repository } from '../repository.ts';

/** The doc comment of an option tells the default that stands in the signature: `(default: 5 s)`. */
export const optionComments: DocsRule = (repository) =>
  optionsTypes(repository).flatMap(({ name, options }) =>
    options.flatMap((option) => {
      const problem = problemOf(option, repository);
      return problem === undefined
        ? []
        : [`${repository.place(option.declaration)}: ${name}.${option.name} ${problem}`];
    }),
  );

function problemOf({ declaration, initial, required }: Option, { checker }: Repository): string | undefined {
  const comment = declaration
    .getFullText()
    .replaceAll(/\n\s*\*/g, '')
    .replaceAll(/\s+/g, ' ');
  const said = /\(default: (.*?)\)(?: \*\/|\.|,|;| [A-Z])/.exec(comment)?.[1];
  if (said === undefined) return initial === undefined ? undefined : `does not say its default, ${initial.getText()}`;
  if (required) return `has no default, but is said to have ${said}`;
  return isSaid(said, initial, checker)
    ? undefined
    : `is said to default to ${said}, not ${initial?.getText() ?? 'none'}`;
}

/** A formula may be told in words. */
function isSaid(said: string, initial: ts.Expression | undefined, checker: ts.TypeChecker): boolean {
  const isFormula = initial !== undefined && (ts.isConditionalExpression(initial) || ts.isArrowFunction(initial));
  return isFormula || (initial === undefined && said.includes('`')) || says(said, initial, checker);
}
