export * from './memory/index.ts';
export * from './rows/index.ts';
