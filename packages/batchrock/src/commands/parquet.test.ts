import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const FIXTURES = new URL('../../../formats/src/parquet/fixtures/', import.meta.url);

function folderOf(...files: string[]): string {
  const folder = folderWith({});
  for (const file of files) copyFileSync(new URL(file, FIXTURES), join(folder, file));
  return folder;
}

const golden = (name: string) => readFileSync(new URL(name, FIXTURES), 'utf8').trimEnd().split('\n');

describe('a Parquet dataset', () => {
  test('comes back value by value with an answer in each row, over jobs that end in the middle of row groups', async () => {
    const server = await localServer();
    const folder = folderOf('duckdb-v2.parquet');
    const options = ['--max-records-per-job', '128', '--out', 'out.jsonl', '--endpoint-url', server.url];
    const prompt = 'Item {big} costs {price} since {instant}: {struct}';
    const ran = await cli(['run', 'duckdb-v2.parquet', '--model', MODEL, '--prompt', prompt, ...options], { cwd: folder });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    const lines = readFileSync(join(folder, 'out.jsonl'), 'utf8').trimEnd().split('\n');
    const ours = lines.map((line) => `${line.slice(0, line.indexOf(',"response":'))}}`);
    expect(ours).toEqual(golden('duckdb.jsonl'));
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ status: 'succeeded' });
  });

  test('that is damaged, or whose files differ, ends the command before anything is sent', async () => {
    const server = await localServer();
    const folder = folderOf('int96.parquet', 'many.parquet');
    const whole = readFileSync(join(folder, 'many.parquet'));
    const cut = folderWith({ 'cut.parquet': whole.subarray(0, 9000).toString('latin1') });
    const common = ['--model', MODEL, '--prompt', 'x {n}', '--endpoint-url', server.url];
    const damaged = await cli(['run', 'cut.parquet', ...common], { cwd: cut });
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toMatch(/BR-E0114.*cut\.parquet: no Parquet file, or the end of it is missing/);
    const mixed = await cli(['run', 'many.parquet', 'int96.parquet', ...common], { cwd: folder });
    expect(mixed.code).toBe(2);
    expect(mixed.stderr).toMatch(/BR-E0122.*column 1 of int96\.parquet is "old" \(timestamp, unit ns, utc false\)/);
  });
});
