export { createLog, type LineSink, type Log, type LogFields, type LogLevel } from 'batchrock/log';
export { writeLine } from './log.ts';
