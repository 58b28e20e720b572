export { type CsvOptions, openCsv } from './csv-open.ts';
export { type CsvWriterOptions, createCsvWriter } from './csv-writer.ts';
