export { dispatch } from './dispatch.ts';
export { type TellingEngine, tellWaiting } from './tell.ts';
