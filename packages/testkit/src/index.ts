export { freePort } from './clients/free-port.ts';
export * from './hub/index.ts';
export * from './memory/index.ts';
export * from './rows/index.ts';
export * from './way-back/index.ts';
