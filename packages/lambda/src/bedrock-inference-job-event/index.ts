export { handle } from './handle.ts';
export type { EventPorts } from './ports.ts';
