import { openDataset } from '@batchrock/formats';
import { bytesSource, readRows } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { answeredRows } from './answered-rows.ts';

const OURS = ['response', 'status', 'error_code', 'error_message', 'stop_reason', 'input_tokens', 'output_tokens', 'record_id'];
/** The same beside columns of the same names. */
const OTHERS = OURS.map((name) => `batchrock_${name}`);

async function refusals(format: 'csv' | 'jsonl', text: string, used: readonly string[]) {
  const source = bytesSource(new TextEncoder().encode(text));
  const rows = await readRows(answeredRows(await openDataset(source, { shape: { format }, name: 'stage' }), used));
  return rows.map(({ reject, why }) => (reject === undefined ? 'sent' : `${reject}: ${why}`));
}

const csv = (columns: readonly string[], ...rows: readonly (readonly string[])[]) =>
  [columns, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
const ended = (status: string, answer = '') => [answer, status, ...Array.from({ length: 6 }, () => '')];

test('a row is refused whose answer is used and was not given, whichever run of several that was', async () => {
  const text = csv(
    ['id', ...OURS, ...OTHERS],
    ['0', ...ended('succeeded', 'a'), ...ended('succeeded', 'b')],
    ['1', ...ended('succeeded', 'a'), ...ended('rejected')],
    ['2', ...ended('failed', 'kept'), ...ended('succeeded', 'b')],
  );
  const no = (column: string, status: string) => `unanswered: it has no "${column}": the run before has ended it as ${status}`;
  expect(await refusals('csv', text, ['id'])).toEqual(['sent', 'sent', 'sent']);
  expect(await refusals('csv', text, ['id', 'response'])).toEqual(['sent', 'sent', no('response', 'failed')]);
  expect(await refusals('csv', text, ['batchrock_response'])).toEqual(['sent', no('batchrock_response', 'rejected'), 'sent']);
});

test('fields of an answer are answers', async () => {
  const text = csv([...OURS, 'mood'], [...ended('succeeded', '{}'), 'glad'], [...ended('failed'), '']);
  expect(await refusals('csv', text, ['mood'])).toEqual(['sent', expect.stringContaining('no "mood"')]);
});

test('rows of JSON Lines, and what the reader refuses, are told apart', async () => {
  const line = (status: string) =>
    JSON.stringify(Object.fromEntries(OURS.map((name) => [name, name === 'status' ? status : null])));
  const text = [line('succeeded'), 'no json', line('pending'), line('duplicate')].join('\n');
  expect(await refusals('jsonl', text, ['response'])).toEqual([
    'sent',
    expect.stringMatching(/^bad_json: /),
    expect.stringMatching(/^unanswered: .* as pending$/),
    'sent',
  ]);
});

test('a dataset that is not all of what a run writes is read as it is', async () => {
  const text = csv(OURS.slice(0, 4), ['', 'failed', '', '']);
  expect(await refusals('csv', text, ['response'])).toEqual(['sent']);
});
