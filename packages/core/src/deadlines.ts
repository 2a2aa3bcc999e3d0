export { CallDeadline } from './deadlines/call-deadline.ts';
export { Deadline, Deadlines } from './deadlines/deadlines.ts';
