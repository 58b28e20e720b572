import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
/** Requests that differ; each third row asks for what another does. */
const DIFFERENT = 140;
const ROWS = 200;
const ONE_JOB = ['--records-per-job', '1000'];

const textOf = (i: number): string => `text ${i % DIFFERENT}`;
const csv = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},${textOf(i)}\n`).join('')}`;

interface Row {
  readonly id: string;
  readonly text: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly response: string | null;
  readonly embedding?: readonly number[];
  readonly output_tokens: number | null;
}

const jsonLines = <T>(text: string): readonly T[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

describe('the same request', () => {
  test('is sent once, and all of its rows have what became of it', async () => {
    const server = await localServer({ faults: { recordFail: 0.1, recordCodes: [400], seed: 5 } });
    const cwd = folderWith({ 'in.csv': csv });
    const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, ...ONE_JOB];
    const asked = await cli(['plan', ...question], { cwd });
    expect(asked.stdout).toMatch(/60 rows ask for what another of the same job does: --dedupe would save ~\$/);
    const planned = JSON.parse((await cli(['plan', ...question, '--dedupe', '--json'], { cwd })).stdout);
    expect(planned).toMatchObject({ rows: ROWS, records: DIFFERENT, duplicates: { rows: 60, areLeftOut: true } });
    expect(planned.duplicates.batchUsd).toBeGreaterThan(0);

    const ran = await cli(['run', ...question, '--dedupe', '--out', 'out.jsonl', '--json'], { cwd });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('60 rows of 200 ask for what another one does: not sent (--dedupe)');
    const rows = jsonLines<Row>(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    expect(rows.map((row) => row.text)).toEqual(Array.from({ length: ROWS }, (_, i) => textOf(i)));
    for (const [i, row] of rows.entries()) {
      const { status, error_code, response } = rows[i % DIFFERENT]!;
      expect(row).toMatchObject({ status, error_code, response });
    }
    const failed = rows.filter((row) => row.status === 'failed').length;
    const sent = rows.slice(0, DIFFERENT);
    expect(failed).toBeGreaterThan(sent.filter((row) => row.status === 'failed').length);
    const status = JSON.parse(ran.stdout);
    const outputTokens = sent.reduce((sum, row) => sum + (row.output_tokens ?? 0), 0);
    expect(status).toMatchObject({ rows: ROWS, failed, succeeded: ROWS - failed, duplicates: 60, pending: 0, outputTokens });
    expect((await cli(['status'], { cwd })).stdout).toContain('60 rows ask for what another does: not sent, have its outcome');
    // the same question is that run, and one that sends every row is another
    expect((await cli(['run', ...question, '--dedupe=part', '--json'], { cwd })).stdout).toContain(status.run);
    expect((await cli(['run', ...question, '--json'], { cwd })).stdout).not.toContain(status.run);

    const explained = await cli(['explain', status.run, '141'], { cwd });
    expect(explained.stdout).toMatch(/^row 141, line 142 of in\.csv, record \w+\n {2}not sent: row 1 asks for the same/);
    const { lives, duplicateOf } = JSON.parse((await cli(['explain', status.run, '141', '--json'], { cwd })).stdout);
    expect(duplicateOf).toBe(1);
    expect(lives[0]).toMatchObject({ in: { records: DIFFERENT, duplicates: 60 }, outcome: { status: rows[0]!.status } });
  });

  test('is sent once in a whole run, where that is asked for', async () => {
    const server = await localServer({ faults: { recordFail: 0.2, recordCodes: [400, 503], seed: 5 } });
    const cwd = folderWith({ 'in.csv': csv });
    const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '--records-per-job', '100'];
    const planned = await cli(['plan', ...question, '--dedupe', 'run'], { cwd });
    expect(planned.stdout).toMatch(/60 rows more ask for what another does: not sent, which saves ~\$/);
    const { records, duplicates } = JSON.parse((await cli(['plan', ...question, '--dedupe', 'run', '--json'], { cwd })).stdout);
    expect({ records, duplicates }).toMatchObject({
      records: DIFFERENT,
      duplicates: { rows: 60, among: 'run', areLeftOut: true },
    });
    // none of the 60 stands in the job of the row that it is the same as
    const apart = JSON.parse((await cli(['plan', ...question, '--dedupe', '--json'], { cwd })).stdout);
    expect(apart).toMatchObject({ records: ROWS, duplicates: { rows: 0, among: 'part' } });

    const ran = await cli(['run', ...question, '--dedupe', 'run', '--max-attempts', '1', '--out', 'out.jsonl', '--json'], {
      cwd,
    });
    expect(ran.stderr).toContain('60 rows of 200 ask for what another one does: not sent (--dedupe run)');
    const status = JSON.parse(ran.stdout);
    const shown = (text: string) => {
      const rows = jsonLines<Row>(text);
      expect(rows.map((row) => row.text)).toEqual(Array.from({ length: ROWS }, (_, i) => textOf(i)));
      for (const [i, row] of rows.entries()) {
        const { status, error_code, response } = rows[i % DIFFERENT]!;
        expect(row).toMatchObject({ status, error_code, response });
      }
      return rows;
    };
    const rows = shown(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    const failed = rows.filter((row) => row.status === 'failed').length;
    expect(failed).toBeGreaterThan(0);
    expect(status).toMatchObject({ rows: ROWS, failed, succeeded: ROWS - failed, duplicates: 60, pending: 0 });

    const { lives, duplicateOf } = JSON.parse((await cli(['explain', status.run, '200', '--json'], { cwd })).stdout);
    expect(duplicateOf).toBe(60);
    expect(lives[0]).toMatchObject({ in: { part: 0, records: 100, duplicates: 60 } });
    // another job fills what two have left of it
    expect((await cli(['explain', '00001-1'], { cwd })).stdout).toContain('part 1 of attempt 1: collected, 40 records');
    await cli(['retry', '--extra-attempts', '12'], { cwd });
    const after = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
    const again = shown((await cli(['results', '--format', 'jsonl'], { cwd })).stdout);
    expect(again.filter((row) => row.status === 'succeeded')).toHaveLength(after.succeeded);
    expect(after.succeeded).toBeGreaterThan(status.succeeded);
    // the same question is that run, and one that compares the rows of a job is another
    expect((await cli(['run', ...question, '--dedupe=run', '--max-attempts', '1', '--json'], { cwd })).stdout).toContain(
      status.run,
    );
    expect((await cli(['run', ...question, '--dedupe', '--max-attempts', '1', '--json'], { cwd })).stdout).not.toContain(
      status.run,
    );
  });

  test('is looked for where the option says, and nowhere else', async () => {
    const cwd = folderWith({ 'in.csv': csv });
    const taken = await cli(['plan', '--dedupe', 'in.csv', '--model', MODEL, '--prompt', '{text}'], { cwd });
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain('give part or run; before a dataset write --dedupe=part');
    const both = await cli(['plan', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--dedupe', 'run', '--cache'], { cwd });
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('--dedupe run and --cache exclude each other');
  });

  test('of lines of an OpenAI batch file: each has its own line of output, and choices stay as many as were asked for', async () => {
    const server = await localServer();
    const line = (i: number, body: object) =>
      `${JSON.stringify({ custom_id: `task-${i}`, method: 'POST', url: '/v1/chat/completions', body })}\n`;
    const lines = Array.from({ length: 150 }, (_, i) =>
      line(i, { messages: [{ role: 'user', content: textOf(i % 120) }], ...(i % 120 < 5 && { n: 2 }) }),
    );
    const cwd = folderWith({ 'in.jsonl': lines.join('') });
    const argv = [
      'run',
      'in.jsonl',
      '--model',
      MODEL,
      '--dedupe',
      ...ONE_JOB,
      '--endpoint-url',
      server.url,
      '--out',
      'out.jsonl',
      '--json',
    ];
    const ran = await cli(argv, { cwd });
    expect(ran.code).toBe(0);
    // 30 lines come again, 5 of them with two choices each
    expect(JSON.parse(ran.stdout)).toMatchObject({ rows: 160, duplicates: 35, succeeded: 160 });
    interface Answer {
      readonly custom_id: string;
      readonly response: { readonly body: { readonly choices: readonly { message: { content: string } }[] } };
    }
    const answers = jsonLines<Answer>(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    expect(answers.map((answer) => answer.custom_id)).toEqual(lines.map((_, i) => `task-${i}`));
    for (const [i, { response }] of answers.entries()) {
      const texts = (of: number) => answers[of]!.response.body.choices.map((choice) => choice.message.content);
      expect(response.body.choices).toHaveLength(i % 120 < 5 ? 2 : 1);
      expect(texts(i)).toEqual(texts(i % 120));
    }
  });

  test('of embeddings, in every format of results', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'in.csv': csv });
    const argv = [
      'run',
      'in.csv',
      '--model',
      TITAN,
      '--text-column',
      'text',
      '--dedupe',
      ...ONE_JOB,
      '--endpoint-url',
      server.url,
    ];
    expect((await cli([...argv, '--out', 'out.jsonl'], { cwd })).code).toBe(0);
    const rows = jsonLines<Row>(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    for (const [i, row] of rows.entries()) expect(row.embedding).toEqual(rows[i % DIFFERENT]!.embedding);
    for (const format of ['csv', 'parquet']) {
      expect((await cli(['results', '-o', `out.${format}`], { cwd })).code).toBe(0);
      const back = ['run', `out.${format}`, '--model', MODEL, '--prompt', '{embedding}', '--endpoint-url', server.url];
      expect((await cli([...back, '--out', `${format}.jsonl`], { cwd })).code).toBe(0);
      const read = jsonLines<Row>(readFileSync(join(cwd, `${format}.jsonl`), 'utf8'));
      const numbers = (row: Row) => (typeof row.embedding === 'string' ? JSON.parse(row.embedding) : row.embedding);
      expect(read.map((row) => numbers(row).length)).toEqual(rows.map((row) => row.embedding!.length));
      for (const [i, row] of read.entries()) expect(row.embedding).toEqual(read[i % DIFFERENT]!.embedding);
    }
  });

  test('is sent again once, and its rows have the later outcome', async () => {
    const server = await localServer({ faults: { recordFail: 0.3, recordCodes: [503], seed: 3 } });
    const cwd = folderWith({ 'in.csv': csv });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--dedupe', ...ONE_JOB, '--endpoint-url', server.url];
    await cli([...argv, '--max-attempts', '1'], { cwd });
    const before = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
    expect(before.failed).toBeGreaterThan(0);
    await cli(['retry', '--extra-attempts', '12'], { cwd });
    const after = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
    expect(after.succeeded).toBeGreaterThan(before.succeeded);
    expect(after.succeeded + after.failed).toBe(ROWS);
    const rows = jsonLines<Row>((await cli(['results', '--format', 'jsonl'], { cwd })).stdout);
    expect(rows.filter((row) => row.status === 'succeeded')).toHaveLength(after.succeeded);
    for (const [i, row] of rows.entries()) expect(row.response).toBe(rows[i % DIFFERENT]!.response);
  });
});
