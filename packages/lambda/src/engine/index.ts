export { type Deadline, deadlineOf, type LambdaContext } from './deadline.ts';
export type { Engine } from './engine.ts';
export { openEngine, s3Endpoint } from './open-engine.ts';
export { type EngineSettings, type ResultsFormat, readSettings } from './settings.ts';
