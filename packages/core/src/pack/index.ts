export { type Fill, fitsFile, type PackLimits, sentinelsFor } from './limits.ts';
export { Packer } from './packer.ts';
export { settleTail, type Tail } from './tail.ts';
