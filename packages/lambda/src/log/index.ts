export { createLog, type LineSink, type Log, type LogFields, type LogLevel, writeLine } from './log.ts';
