import { isDeepStrictEqual } from 'node:util';
import { type Dependencies, type Manifest, nameOf, ours, type Package, packagesOf } from '../packages.ts';
import type { Rule } from '../tree.ts';

type Json = Readonly<Record<string, unknown>>;

const required = [
  'name',
  'version',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'license',
  'repository',
  'type',
  'sideEffects',
  'engines',
  'exports',
  'publishConfig',
  'files',
  'scripts',
];
const order = [
  ...required.slice(0, required.indexOf('exports') + 1),
  'bin',
  ...required.slice(required.indexOf('exports') + 1),
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'optionalDependencies',
];

/** All package.json files have one shape, in one order. */
export const packageShape: Rule = (tree) =>
  packagesOf(tree).flatMap((of) => {
    const manifest = of.manifest as Json;
    const problems = [
      ...keys(manifest),
      ...values(of, manifest),
      ...entries(of.manifest),
      ...dependencies(of.manifest),
    ];
    return problems.map((problem) => `${of.path}/package.json: ${problem}`);
  });

function keys(manifest: Json): string[] {
  const found = Object.keys(manifest);
  const missing = required.filter((key) => !found.includes(key)).map((key) => `no ${key}`);
  const unknown = found.filter((key) => !order.includes(key)).map((key) => `${key} does not belong here`);
  const known = found.filter((key) => order.includes(key));
  const sorted = order.filter((key) => found.includes(key));
  return [
    ...missing,
    ...unknown,
    ...(isDeepStrictEqual(known, sorted) ? [] : [`keys in another order than ${sorted.join(' ')}`]),
  ];
}

function values({ folder, path }: Package, manifest: Json): string[] {
  const expected: Json = {
    name: nameOf(folder),
    homepage: `https://github.com/inmesh/inmesh/tree/main/${path}#readme`,
    bugs: 'https://github.com/inmesh/inmesh/issues',
    license: 'MIT',
    repository: { type: 'git', url: 'git+https://github.com/inmesh/inmesh.git', directory: path },
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    publishConfig: { access: 'public', provenance: true },
    files: ['dist', 'src', '!src/**/*.test.ts', '!src/**/*.model.ts'],
    scripts: { build: 'tsup' },
  };
  return Object.keys(expected)
    .filter((key) => key in manifest && !same(manifest[key], expected[key]))
    .map((key) => `${key} is not ${JSON.stringify(expected[key])}`);
}

function entries({ exports = {} }: Manifest): string[] {
  const paths = Object.keys(exports);
  const wrong = paths
    .filter((path) => !same(exports[path], entryOf(path)))
    .map((path) => `exports["${path}"] has another shape`);
  const framed = paths[0] === '.' && paths.at(-1) === './package.json';
  return framed ? wrong : [...wrong, 'exports do not begin with "." and end with "./package.json"'];
}

function entryOf(path: string): unknown {
  if (path === './package.json') return path;
  const name = path === '.' ? './index' : path;
  const file = (extension: string) => name.replace('./', './dist/') + extension;
  return {
    '@inmesh/source': `${name.replace('./', './src/')}.ts`,
    import: { types: file('.d.ts'), default: file('.js') },
    require: { types: file('.d.cts'), default: file('.cjs') },
  };
}

function dependencies(manifest: Manifest): string[] {
  return [manifest.dependencies, manifest.peerDependencies].flatMap((all: Dependencies = {}) => {
    const names = Object.keys(all);
    const loose = names
      .filter((name) => ours(name) && all[name] !== 'workspace:^')
      .map((name) => `${name} is not workspace:^`);
    return same(names, [...names].sort()) ? loose : [...loose, 'dependencies are not sorted'];
  });
}

/** Conditions are matched in the order in which they are written, so order counts. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
