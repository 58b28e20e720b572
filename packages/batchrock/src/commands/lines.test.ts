import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

/** Blank lines, cells of two lines and bad rows: [line, row]. */
const LAID_OUT: readonly (readonly [number, string])[] = [
  [3, '1,a'],
  [6, '2,"b\nc"'],
  [9, '3,d,extra'],
  [10, '4,e'],
  [12, '5,"f\n\n"'],
  [16, '6,g'],
];

test('errors and explain tell the line of the source, whatever stands between the rows', async () => {
  const lines: string[] = ['id,text'];
  for (const [line, row] of LAID_OUT) {
    while (lines.join('\n').split('\n').length < line - 1) lines.push('');
    lines.push(row);
  }
  const server = await localServer({ faults: { recordFail: 1, recordCodes: [400] } });
  const cwd = folderWith({ 'in.csv': `${lines.join('\r\n').replaceAll('\r\n\n', '\n')}\r\n` });
  const ran = await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
  expect(ran.code).toBe(3);

  const { groups } = JSON.parse((await cli(['errors', '--json', '--examples', '9'], { cwd })).stdout);
  const examples = groups.flatMap((group: { examples: object[] }) => group.examples) as { row: number; line: number }[];
  expect(examples.sort((a, b) => a.row - b.row).map(({ row, line }) => [row, line])).toEqual(
    LAID_OUT.map(([line], i) => [i + 1, line]),
  );
  for (const [i, [line]] of LAID_OUT.entries()) {
    expect(JSON.parse((await cli(['explain', String(i + 1), '--json'], { cwd })).stdout)).toMatchObject({ row: i + 1, line });
  }
  expect((await cli(['explain', '4'], { cwd })).stdout).toMatch(/^row 4, line 10 of in\.csv, record /);
  expect((await cli(['explain', '3'], { cwd })).stdout).toContain(
    'line 9: 3 cells, the header has 2; beyond the header: "extra"',
  );
});

/** A file of so many lines of an OpenAI batch: some blank, some that nobody can send, some that ask for three answers. */
function laidOut(name: string, count: number) {
  const rows: string[] = [];
  const lines = Array.from({ length: count }, (_, i) => {
    if (i % 7 === 2) return '';
    const asked = i % 7 !== 4 ? { messages: [{ role: 'user', content: `${name} ${i}` }], n: 1 + 2 * (i % 2) } : {};
    rows.push(...Array.from({ length: asked.n ?? 1 }, () => `${name} ${i + 1}`));
    return JSON.stringify({ custom_id: `${name}-${i}`, method: 'POST', url: '/v1/chat/completions', body: asked });
  });
  return { rows, text: `${lines.join('\n')}\n` };
}

test('lines that ask for several answers, and those behind them, are told by their own lines in their own files', async () => {
  const [a, b] = [laidOut('a.jsonl', 90), laidOut('b.jsonl', 70)];
  const server = await localServer({ faults: { recordFail: 1, recordCodes: [400] } });
  const cwd = folderWith({ 'a.jsonl': a.text, 'b.jsonl': b.text });
  const asked = ['--model', MODEL, '--endpoint-url', server.url];
  const planned = JSON.parse((await cli(['plan', 'a.jsonl', 'b.jsonl', ...asked, '--json'], { cwd })).stdout);
  expect(planned.rejected).toMatchObject([{ rows: 23, firstLine: 5 }]);

  // the second part begins between answers to one line
  expect((await cli(['run', 'a.jsonl', 'b.jsonl', ...asked, '--records-per-job', '100'], { cwd })).code).toBe(3);
  const { groups } = JSON.parse((await cli(['errors', '--json', '--examples', '999'], { cwd })).stdout);
  const examples = groups.flatMap((group: { examples: object[] }) => group.examples) as {
    readonly row: number;
    readonly file: string;
    readonly line: number;
  }[];
  expect(examples.sort((one, other) => one.row - other.row).map(({ file, line }) => `${file} ${line}`)).toEqual([
    ...a.rows,
    ...b.rows,
  ]);
  for (const row of [1, 3, 100, 101, a.rows.length, a.rows.length + 3]) {
    const { file, line } = JSON.parse((await cli(['explain', String(row), '--json'], { cwd })).stdout);
    expect(`${file} ${line}`).toBe([...a.rows, ...b.rows][row - 1]);
  }
});
