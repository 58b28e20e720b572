export * from './errors/index.ts';
export * from './job/index.ts';
export * from './lane/index.ts';
export * from './model/index.ts';
export * from './ports/index.ts';
export * from './prompt/index.ts';
export * from './record/index.ts';
export * from './run/index.ts';
