/** opossum has no types of its own; what is used of it here. */
interface Opossum<T> {
  readonly opened: boolean;
  readonly stats: { readonly successes: number; readonly fires: number };
  fire(): Promise<T>;
  open(): void;
  shutdown(): void;
}

interface OpossumModule {
  readonly default: new <T>(
    action: () => Promise<T>,
    options: {
      readonly timeout?: number | false;
      readonly rollingCountTimeout?: number;
      readonly rollingPercentilesEnabled?: boolean;
      readonly enableSnapshots?: boolean;
      readonly resetTimeout?: number;
      readonly capacity?: number;
    },
  ) => Opossum<T>;
}

declare module 'opossum-9' {
  const circuit: OpossumModule['default'];
  export default circuit;
}

declare module 'opossum-10' {
  const circuit: OpossumModule['default'];
  export default circuit;
}
