export { createMachineClock, type MachineClock } from './machine-clock.ts';
export { type MotoOptions, openMotoEnvironment, startMoto } from './start-moto.ts';
