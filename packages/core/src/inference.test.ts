import { describe, expect, expectTypeOf, it } from 'vitest';

import type { CallView } from './call.ts';
import { compose, type Handler, type Layer, type Policy } from './handler.ts';
import { Key } from './key.ts';
import { keyed, type Keyed, type KeyedLayer, type KeyedOptions } from './keyed.ts';
import { observed } from './observed.ts';
import { run, wrap } from './wrap.ts';

interface Reply {
  readonly status: number;
}

const policy: Policy = (next) => next;
const layer: Layer<Reply> = (next) => next;
const reply = async (): Promise<Reply> => ({ status: 200 });

/** A generic factory of layers, as for whatever looks at responses. */
const layerOf =
  <R extends Reply = Reply>(): Layer<R> =>
  (next) =>
    next;

describe('the types of compose', () => {
  it('make a policy of policies', () => {
    expectTypeOf(compose()).toEqualTypeOf<Policy>();
    expectTypeOf(
      compose(
        policy,
        observed(() => {}),
        policy,
      ),
    ).toEqualTypeOf<Policy>();
  });

  it('infer the result of any mix of policies and layers', () => {
    expectTypeOf(compose(layer)).toEqualTypeOf<Layer<Reply>>();
    expectTypeOf(compose(policy, layer, policy)).toEqualTypeOf<Layer<Reply>>();
    expectTypeOf(compose(layer, policy, compose(policy, layer))).toEqualTypeOf<Layer<Reply>>();
    expectTypeOf(compose(layerOf(), policy)).toEqualTypeOf<Layer<Reply>>();
  });

  it('refuse layers of different results', () => {
    const other: Layer<string> = (next) => next;
    // @ts-expect-error a handler cannot give both a Reply and a string
    expect(compose(layer, other)).toBeTypeOf('function');
  });

  it('take a policy that a user writes as one arrow function', () => {
    const log: Policy = (next) => async (call) => {
      const result = await next(call);
      return result;
    };
    expectTypeOf(log).toEqualTypeOf<Policy>();
  });

  it('give a handler its own result back', () => {
    expectTypeOf(policy(reply)).toEqualTypeOf<Handler<Reply>>();
  });
});

describe('the types of wrap', () => {
  it('infer the arguments and the result', () => {
    const get = wrap(policy, async (_call, id: string, page?: number) => ({ id, page }));
    expectTypeOf(get).parameters.toEqualTypeOf<[id: string, page?: number | undefined]>();
    expectTypeOf(get).returns.resolves.toEqualTypeOf<{ id: string; page: number | undefined }>();
  });

  it('tell the function of its call', () => {
    wrap(policy, async (call) => {
      expectTypeOf(call).toEqualTypeOf<CallView>();
    });
    expectTypeOf<keyof CallView>().toEqualTypeOf<'signal' | 'attempt' | 'deadline' | 'get'>();
  });

  it('take a function that gives no promise', () => {
    expectTypeOf(wrap(policy, () => 42)).returns.resolves.toEqualTypeOf<number>();
  });

  it('take a mix of policies and layers around what they look at', () => {
    expectTypeOf(wrap(compose(policy, layer), reply)).returns.resolves.toEqualTypeOf<Reply>();
    const get = wrap(compose(policy, layer), async ({ attempt }, id: string) => ({ status: attempt, id }));
    expectTypeOf(get).toEqualTypeOf<(id: string) => Promise<Reply>>();
  });

  it('infer the result also through a policy with members of its own', () => {
    const breaker: Policy & { readonly state: string } = Object.assign(policy.bind(null), { state: 'closed' });
    expectTypeOf(wrap(breaker, async (_call, id: string) => ({ id }))).toEqualTypeOf<
      (id: string) => Promise<{ id: string }>
    >();
    expectTypeOf(run(breaker, async ({ attempt }) => attempt)).resolves.toEqualTypeOf<number>();
  });

  it('infer what a function gives that says nothing of its call', () => {
    expectTypeOf(wrap(policy, (_call, id: string) => (id === '' ? null : reply()))).toEqualTypeOf<
      (id: string) => Promise<Reply | null>
    >();
    expectTypeOf(wrap(layer, (_call, _id: string) => reply())).toEqualTypeOf<(_id: string) => Promise<Reply>>();
  });

  it('refuse a layer around a handler of something else', () => {
    // @ts-expect-error a number is no Reply
    expect(wrap(layer, async () => 42)).toBeTypeOf('function');
    // @ts-expect-error a number is no Reply, in a composition neither
    expect(wrap(compose(policy, layer), async () => 42)).toBeTypeOf('function');
  });

  it('hand the arguments to the options', () => {
    wrap(
      policy,
      async (_call, id: string) => id,
      (id) => {
        expectTypeOf(id).toEqualTypeOf<string>();
        return { name: id };
      },
    );
    // @ts-expect-error no such option
    expect(() => wrap(policy, async () => 1, { retries: 3 })).toThrow(TypeError);
  });
});

describe('the types of run', () => {
  it('infer the result, and refuse a layer around something else', async () => {
    expectTypeOf(run(policy, async () => 'text')).resolves.toEqualTypeOf<string>();
    expectTypeOf(run(compose(layer, policy), reply)).resolves.toEqualTypeOf<Reply>();
    // @ts-expect-error a number is no Reply
    await expect(run(layer, async () => 42)).resolves.toBe(42);
  });
});

describe('the types of keyed', () => {
  const tenant = new Key<string>('test:tenant', 'nobody');
  const breaker = (name: string): Policy & { readonly state: string } =>
    Object.assign(policy.bind(null), { state: name });

  it('infer the key and the policy', () => {
    const perTenant = keyed(
      (call) => call.get(tenant),
      (name) => breaker(name),
    );
    expectTypeOf(perTenant).toEqualTypeOf<Keyed<string, Policy & { readonly state: string }>>();
    expectTypeOf(perTenant.get('acme')).toEqualTypeOf<(Policy & { readonly state: string }) | undefined>();
    expectTypeOf(compose(perTenant, policy)).toEqualTypeOf<Policy>();
  });

  it('tell the hook what goes, which decides nothing about either', () => {
    const perTenant = keyed(
      (call) => call.get(tenant),
      (name) => breaker(name),
      {
        forgotten: (gone, key) => {
          expectTypeOf(gone).toEqualTypeOf<Policy & { readonly state: string }>();
          expectTypeOf(key).toEqualTypeOf<string>();
        },
      },
    );
    expectTypeOf(perTenant).toEqualTypeOf<Keyed<string, Policy & { readonly state: string }>>();
    const bounded: KeyedOptions = { maxKeys: 3 };
    keyed(
      (call) => call.get(tenant),
      () => layer,
      bounded,
    );
    keyed(
      // @ts-expect-error the key is a string
      (call) => call.get(tenant),
      () => policy,
      { forgotten: (_, key: number) => key },
    );
    const named = (gone: Policy & { readonly state: string }, key: string) => [gone.state, key];
    keyed(
      (call) => call.get(tenant),
      (name) => breaker(name),
      { forgotten: named },
    );
    expect(perTenant.size).toBe(0);
  });

  it('make a layer of layers', () => {
    const perTenant = keyed(
      (call) => call.get(tenant),
      () => layer,
    );
    expectTypeOf(perTenant).toMatchTypeOf<KeyedLayer<Reply, string, Layer<Reply>>>();
    expectTypeOf(wrap(compose(policy, perTenant), reply)).returns.resolves.toEqualTypeOf<Reply>();
    // @ts-expect-error a number is no Reply
    expect(wrap(perTenant, async () => 42)).toBeTypeOf('function');
  });
});
