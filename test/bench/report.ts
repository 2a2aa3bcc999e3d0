import type { Results } from './results.ts';
export const report = (results: Results): Record<string, string> => ({ 'results.json': JSON.stringify(results), 'results.md': '' });
