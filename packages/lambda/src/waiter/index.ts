export { type Asked, hasSucceeded, nextTurn, type Refused, type Turn, type Waiter } from './waiter.ts';
export { createWaiterTable, type WaiterTable } from './waiter-table.ts';
