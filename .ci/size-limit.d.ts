// The preset has no types of its own.
declare module '@size-limit/preset-small-lib' {
  const plugins: ((...given: unknown[]) => unknown)[];
  export default plugins;
}
