import { describe, expect, it } from 'vitest';

import { Key } from './key.ts';

describe('Key', () => {
  it('has a name and what to answer where nothing was bound', () => {
    expect(new Key('acme:tenant', 'nobody')).toMatchObject({ name: 'acme:tenant', fallback: 'nobody' });
  });

  it.each([[''], [undefined], [7]])('refuses %j for a name', (name) => {
    expect(() => new Key(name as string, undefined)).toThrow(TypeError);
  });
});
