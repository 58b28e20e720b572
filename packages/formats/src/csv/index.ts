export { type CsvDialect, checkSameDialect } from './csv-dialect.ts';
export { type CsvOptions, openCsv } from './csv-open.ts';
export { type CsvWriterOptions, createCsvWriter } from './csv-writer.ts';
