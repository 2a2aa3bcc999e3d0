import { join } from 'node:path';
import ts from 'typescript';
import { nodesOf } from '../architecture/source.ts';
import type { Repository } from './repository.ts';

/** An `@example` of a doc comment. */
export interface DocExample {
  /** `path:line` of what it is an example of. */
  readonly place: string;
  readonly code: string;
}

export function examplesIn(repository: Repository): DocExample[] {
  return repository.packages.flatMap(({ files }) =>
    files.flatMap((file) =>
      [...nodesOf(file)].flatMap((node) =>
        ts
          .getJSDocCommentsAndTags(node)
          .filter((each) => each.parent === node && ts.isJSDoc(each))
          .flatMap((each) => [...((each as ts.JSDoc).tags ?? [])]) // the ones just above are
          .filter((tag) => tag.tagName.text === 'example')
          .map((tag) => ({ place: repository.place(node), code: ts.getTextOfJSDocComment(tag.comment) ?? '' })),
      ),
    ),
  );
}

/**
 * What the compiler says of the examples: each is the body of a function that sees what our packages export. What else it
 * names is the reader's own, and may be anything.
 */
export function mistakesIn(examples: readonly DocExample[], repository: Repository, root: string): string[] {
  const sources = new Map(examples.map((example, index) => [join(root, `examples/doc-${index}.ts`), example]));
  const options = { ...compilerOptions, typeRoots: [join(root, 'node_modules/@types')] };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => sources.has(path) || disk.fileExists(path),
    getSourceFile: (path, ...rest) => {
      const example = sources.get(path);
      if (example === undefined) return disk.getSourceFile(path, ...rest);
      return ts.createSourceFile(path, moduleOf(example.code, repository), ts.ScriptTarget.ES2022, true);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([path, example]) => {
    const file = program.getSourceFile(path);
    const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return problems.map(({ messageText }) => `${example.place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@inmesh/source'],
  allowImportingTsExtensions: true,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
};

function moduleOf(code: string, { packages }: Repository): string {
  const body = ts.createSourceFile('example.ts', `async () => {${code}\n}`, ts.ScriptTarget.ES2022, true);
  const names = new Set([...nodesOf(body)].filter(isFree).map((node) => node.text));
  const imports = packages.flatMap((of) =>
    of.entries.flatMap(({ specifier, exported }) =>
      exported.filter(({ name }) => names.delete(name)).map(({ name }) => `import { ${name} } from '${specifier}';`),
    ),
  );
  const own = [...names].filter((name) => !(name in globalThis));
  return `${imports.join('\n')}\n${own.map((name) => `declare const ${name}: any;`).join('\n')}\nexport async function example() {\n${code}\n}\n`;
}

/** A name that the code uses and does not make: no member of something, no parameter, no constant of its own. */
function isFree(node: ts.Node): node is ts.Identifier {
  if (!ts.isIdentifier(node) || node.text === '') return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  return !declaredIn(node.getSourceFile()).has(node.text);
}

function declaredIn(file: ts.SourceFile): Set<string> {
  return new Set(
    [...nodesOf(file)].flatMap((node) =>
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name)
        ? [node.name.text]
        : [],
    ),
  );
}
