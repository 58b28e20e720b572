export { type CsvOptions, openCsv } from './csv-open.ts';
