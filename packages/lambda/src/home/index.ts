export { changeHome, findHome, type Home, loadHome, openHomes, withWaiting } from 'batchrock/orchestrator';
export { readSweepMark, writeSweepMark } from './sweep-mark.ts';
