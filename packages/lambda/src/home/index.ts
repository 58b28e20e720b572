export { changeHome, findHome, type Home, loadHome, openHomes, withWaiting } from './home.ts';
export { readSweepMark, writeSweepMark } from './sweep-mark.ts';
