export { type MotoOptions, openMotoEnvironment, startMoto } from './start-moto.ts';
