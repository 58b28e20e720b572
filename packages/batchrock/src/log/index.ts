export { allowedFields, type LogFields } from './fields.ts';
export { createEntryLog, createLog, type LineSink, type Log, type LogEntry, type LogLevel } from './log.ts';
