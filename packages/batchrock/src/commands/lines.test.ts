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
