import type { LineSink } from 'batchrock/log';

/** Straight to the log of the function: the runtime's console would wrap the line, and metrics in it would not be found. */
export const writeLine: LineSink = (line) => {
  process.stdout.write(`${line}\n`);
};
