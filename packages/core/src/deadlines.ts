export { CallDeadline, type CallLimit } from './deadlines/call-deadline.ts';
export { Deadline, Deadlines } from './deadlines/deadlines.ts';
