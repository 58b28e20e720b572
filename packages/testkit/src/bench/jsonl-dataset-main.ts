/** jsonl-dataset-main.ts CSV JSONL KIND: writes the rows of a CSV file as JSON Lines: an object of strings, or an OpenAI request a line. */
import { open, rename } from 'node:fs/promises';
import { openCsv } from '@batchrock/formats';
import { openFileSource } from 'batchrock/node';
import { cellString } from '../rows/index.ts';

const [csv, jsonl, kind] = process.argv.slice(2) as [string, string, string];
const temporary = `${jsonl}.${process.pid}`;
const file = await open(temporary, 'w');
const reader = await openCsv(await openFileSource(csv));
for (let batch = await reader.next(); batch; batch = await reader.next()) {
  let lines = '';
  for (let at = 0; at < batch.count; at++) {
    const cells = reader.columns.map((column, cell) => [column, cellString(batch!, at, cell)]);
    const row = Object.fromEntries(cells);
    lines += `${JSON.stringify(kind === 'openai' ? request(row) : row)}\n`;
  }
  await file.write(lines);
}
await reader.close();
await file.close();
await rename(temporary, jsonl);

/** A line of an OpenAI batch file, as users of its API write them. */
function request({ id, topic, text }: Readonly<Record<string, string>>): object {
  const content = `Classify the sentiment of this ${topic} review: ${text}`;
  const messages = [
    { role: 'system', content: 'You are a careful reader of reviews.' },
    { role: 'user', content },
  ];
  return {
    custom_id: `review-${id}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-4.1-mini', messages, max_tokens: 300, temperature: 0 },
  };
}
