import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const FORMULA = '=HYPERLINK("http://example.test";"open")';

let close = () => {};
afterEach(() => close());

/** A model that answers with a formula, whatever it is asked. */
async function formulaModel(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const choices = [{ message: { content: FORMULA }, finish_reason: 'stop' }];
    response.end(JSON.stringify({ choices, usage: { prompt_tokens: 1, completion_tokens: 1 } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('CSV marks formulas of the model, never those of the dataset; --no-csv-safe leaves answers to the letter', async () => {
  const server = await localServer({ upstreamUrl: await formulaModel() });
  const cwd = folderWith({ 'in.csv': 'id,text\n1,=1+1\n' });
  const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.csv', '--endpoint-url', server.url];
  const cells = (text: string | Buffer): Record<string, string> =>
    (parse(text, { columns: true }) as readonly Record<string, string>[])[0] ?? {};
  expect((await cli(argv, { cwd })).code).toBe(0);
  expect(cells(readFileSync(join(cwd, 'out.csv')))).toMatchObject({ text: '=1+1', response: `'${FORMULA}` });

  // the same run, written otherwise; what a run was asked for holds when it is resumed too
  expect((await cli([...argv, '--no-csv-safe'], { cwd })).code).toBe(0);
  expect(cells(readFileSync(join(cwd, 'out.csv')))).toMatchObject({ text: '=1+1', response: FORMULA });
  expect((await cli(['resume'], { cwd })).code).toBe(0);
  expect(cells(readFileSync(join(cwd, 'out.csv')))['response']).toBe(FORMULA);

  const shown = async (...more: string[]) =>
    cells((await cli(['results', '--format', 'csv', ...more], { cwd })).stdout)['response'];
  expect(await shown()).toBe(`'${FORMULA}`);
  expect(await shown('--csv-safe')).toBe(`'${FORMULA}`);
  expect(await shown('--no-csv-safe')).toBe(FORMULA);
  const file = await cli(['results', '-o', 'raw.csv', '--no-csv-safe'], { cwd });
  expect(file.stderr).toMatch(/^1 row written: .*raw\.csv$/m);
  expect(cells(readFileSync(join(cwd, 'raw.csv')))['response']).toBe(FORMULA);
  const none = await cli(['results', '-o', 'none.jsonl', '--only', 'failed'], { cwd });
  expect(none.stderr).toMatch(/^0 rows written: /m);
});
