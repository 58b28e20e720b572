export { type JsonlOptions, openJsonl } from './jsonl-open.ts';
export { createJsonlWriter } from './jsonl-writer.ts';
export { createOpenAiWriter, type OpenAiWriterOptions } from './openai-writer.ts';
export { createRecordsWriter } from './records-writer.ts';
