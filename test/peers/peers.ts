import { cockatiels } from './cockatiel.ts';
import { opossums } from './opossum.ts';
import type { Subject } from './subject.ts';

/** Whose faults are replayed: of each the newest that asks for Node 20 and the newest of all, which runs there too. */
export const peers: readonly Subject[] = [...opossums, ...cockatiels];
