import { type Kind, kindOf } from './map.ts';
import { isTest, isTypeScript } from './source.ts';
import type { Tree } from './tree.ts';

export type Dependencies = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Dependencies;
  readonly peerDependencies?: Dependencies;
  readonly optionalDependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
}

export interface Package {
  readonly folder: string;
  readonly path: string;
  /** Undefined for one that has no place in the map. */
  readonly kind: Kind | undefined;
  readonly manifest: Manifest;
  /** What ships. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

export function packagesOf(tree: Tree): Package[] {
  return tree.files.flatMap((file) => {
    const folder = /^packages\/([^/]+)\/package\.json$/.exec(file)?.[1];
    if (folder === undefined) return [];
    const path = `packages/${folder}`;
    const code = tree.files.filter((name) => name.startsWith(`${path}/src/`) && isTypeScript(name));
    return [
      {
        folder,
        path,
        kind: kindOf[folder],
        manifest: JSON.parse(tree.read(file)) as Manifest,
        sources: code.filter((name) => !isTest(name)),
        tests: code.filter(isTest),
      },
    ];
  });
}

export const nameOf = (folder: string): string => (folder === 'inmesh' ? 'inmesh' : `@inmesh/${folder}`);

/** The folder and subpath of one of our packages that `specifier` names; undefined if it is not ours. */
export function ours(specifier: string): { folder: string; subpath: string } | undefined {
  const [, scoped, plain, subpath = ''] = /^(?:@inmesh\/([^/]+)|(inmesh))(\/.*)?$/.exec(specifier) ?? [];
  const folder = scoped ?? plain;
  return folder === undefined ? undefined : { folder, subpath: `.${subpath}` };
}

/** `@scope/name` or `name`, without a subpath. */
export const packageNameIn = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
