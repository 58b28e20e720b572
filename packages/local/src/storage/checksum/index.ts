export { CHECKSUM_BYTES, createChecksum, type RunningChecksum } from './checksum.ts';
export { canCombine, combineCrcs } from './combine.ts';
