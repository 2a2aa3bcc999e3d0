export { HeldResult, heldProtocol } from './testing/held-result.ts';
export { scriptedHandler, type ScriptedCall, type ScriptedHandler } from './testing/scripted-handler.ts';
export { seededRandom } from './testing/seeded-random.ts';
export { virtualClock, type VirtualClock } from './testing/virtual-clock.ts';
