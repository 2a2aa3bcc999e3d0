import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { nodesOf } from '../architecture/source.ts';

/** What a library offers, by kind: its options, its events, the members of its types. */
export type Names = ReadonlyMap<string, readonly string[]>;

const peers = createRequire(new URL('../peers/package.json', import.meta.url));

/** Read from its code, since opossum has no types of its own. */
export function namesOfOpossum(installedAs: string): Names {
  const breaker = peers(installedAs) as Opossum; // whose members are looked at, not believed
  const sources = sourcesIn(join(dirname(peers.resolve(installedAs)), 'lib'), '.js').join('\n');
  const found = (pattern: RegExp) => [...sources.matchAll(pattern)].map(([, name = '']) => name);
  const status = breaker.newStatus({});
  status.shutdown(); // it has timers
  const members = Object.getOwnPropertyNames(breaker.prototype).filter((name) => name !== 'constructor');
  const ofAnyClass = ['length', 'name', 'prototype'];
  const statics = Object.getOwnPropertyNames(breaker).filter((name) => !ofAnyClass.includes(name));
  return sorted({
    options: found(/\boptions\??\.(\w+)/g).filter((name) => name !== 'coalesceCache'), // it keeps that there for itself
    members: [...members, ...statics].filter((name) => !name.startsWith('_')),
    events: found(/\bemit\(\s*'(\w+)'/g),
    stats: Object.keys(status.stats),
    errors: found(/'(E[A-Z]+)'/g),
  });
}

interface Opossum {
  readonly prototype: object;
  newStatus(options: object): { readonly stats: object; shutdown(): void };
}

/** Read from its declarations: what it exports at run time, and the members of its policies and of what they take and tell. */
export function namesOfCockatiel(installedAs: string, exported: object): Names {
  const names: Record<string, string[]> = { exports: Object.keys(exported) };
  for (const source of sourcesIn(dirname(peers.resolve(installedAs)), '.d.ts')) {
    for (const node of nodesOf(ts.createSourceFile('', source, ts.ScriptTarget.ES2022, true))) {
      if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node)) continue;
      const name = node.name?.text ?? '';
      if (isOfInterest(name)) names[name] = [...node.members].flatMap(memberName);
    }
  }
  return sorted(names);
}

const isOfInterest = (type: string) =>
  /^I\w+(Options|Config|Event|Context)$|^IBreaker$|Policy$/.test(type) && !/^I(Merged)?Policy$/.test(type);

function memberName(member: ts.ClassElement | ts.TypeElement): string[] {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  const isPrivate = modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  const name = member.name?.getText() ?? '';
  return isPrivate || name === '' || name.startsWith('_') ? [] : [name];
}

function sourcesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.startsWith('esm'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

const sorted = (names: Readonly<Record<string, readonly string[]>>): Names =>
  new Map(Object.entries(names).map(([kind, all]) => [kind, [...new Set(all)].sort()]));
