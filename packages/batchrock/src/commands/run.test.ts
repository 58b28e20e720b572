import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

/** Cells that readers and writers of CSV are known to spoil, and every script that a line of Unicode's "hello" shows. */
const HARD_CELLS = [
  'plain',
  '',
  '007',
  '1e5',
  '"quoted"',
  'a, comma',
  'two\nlines',
  'two\r\nlines',
  ' spaces ',
  '=SUM(A1:A2)',
  'tab\there',
  'back\\slash',
  'null',
  'مرحبا بالعالم',
  'שלום עולם',
  'Привет, мир',
  'Γειά σου Κόσμε',
  'Բարեւ աշխարհ',
  'გამარჯობა მსოფლიო',
  'नमस्ते दुनिया',
  'ওহে বিশ্ব',
  'ਸਤ ਸ੍ਰੀ ਅਕਾਲ',
  'નમસ્તે દુનિયા',
  'ନମସ୍କାର',
  'வணக்கம் உலகம்',
  'హలో ప్రపంచం',
  'ಹಲೋ ವರ್ಲ್ಡ್',
  'ഹലോ വേൾഡ്',
  'ආයුබෝවන්',
  'สวัสดีชาวโลก',
  'ສະບາຍດີ',
  'བཀྲ་ཤིས་བདེ་ལེགས།',
  'မင်္ဂလာပါ',
  'សួស្តី​ពិភពលោក',
  'ሰላም ልዑል',
  'ᏏᏲ ᎡᎶᎯ',
  'ᐊᐃ ᓄᓇᕐᔪᐊᖅ',
  '你好，世界',
  'こんにちは世界',
  '안녕하세요 세계',
  'ᠰᠠᠶᠢᠨ ᠪᠠᠶᠢᠨ᠎ᠠ ᠤᠤ',
  '👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳',
  'e\u0301 and é',
  'a\u2028b\u2029c\u0085d',
  '\ufeffmark',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𒀀',
  'z̷͇̈́a̴͔͝l̸̪̇g̵̠͝o̶̪̐',
];

describe('the way of a run', () => {
  test('a CSV with everything that spoils CSVs comes back unchanged, in order, with an answer in each row', async () => {
    const server = await localServer();
    const rows = HARD_CELLS.map((cell, i) => [String(i).padStart(4, '0'), cell, '']);
    const quote = (cell: string): string =>
      /[",\r\n]|^$|^ | $/.test(cell) && cell !== '' ? `"${cell.replaceAll('"', '""')}"` : cell;
    const text = `\ufeff${[['id', 'text', 'empty'], ...rows].map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
    const folder = folderWith({ 'in.csv': text });
    const ran = await cli(
      ['run', 'in.csv', '--model', MODEL, '--prompt', 'Repeat: {text}', '--out', 'out.csv', '--endpoint-url', server.url],
      { cwd: folder },
    );
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    const came: string[][] = parse(readFileSync(join(folder, 'out.csv')), { bom: true });
    expect(came[0]?.slice(0, 5)).toEqual(['id', 'text', 'empty', 'response', 'status']);
    expect(came.slice(1).map((row) => row.slice(0, 3))).toEqual(rows);
    for (const row of came.slice(1)) expect(row.slice(3, 5)).toEqual([expect.stringMatching(/^'?\[synthetic\]/), 'succeeded']);
  });

  test('the same rows in JSON Lines out, as the documentation names the columns', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.jsonl': '{"n":1.50,"text":"a","status":"mine"}\n{"text":"b","extra":{"deep":[1]}}\n' });
    const ran = await cli(['run', 'in.jsonl', '--model', MODEL, '--prompt', 'x {text}', '--endpoint-url', server.url], {
      cwd: folder,
    });
    expect(ran.code).toBe(0);
    const lines = readFileSync(join(folder, 'in.results.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toContain('"n":1.50');
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      text: 'a',
      status: 'mine',
      batchrock_status: 'succeeded',
      error_code: null,
      stop_reason: 'end_turn',
    });
    expect(second).toMatchObject({ text: 'b', extra: { deep: [1] }, batchrock_status: 'succeeded' });
    expect(first.record_id).toHaveLength(11);
  });

  test('embeddings come back as lists of numbers', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'input_text\nhello\n""\nworld\n' });
    const argv = ['run', 'in.csv', '--model', 'amazon.titan-embed-text-v2:0', '--param', 'dimensions=256'];
    const ran = await cli([...argv, '--endpoint-url', server.url], { cwd: folder });
    // an empty text is never sent
    expect(ran.code).toBe(3);
    const rows = readFileSync(join(folder, 'in.results.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.status)).toEqual(['succeeded', 'rejected', 'succeeded']);
    expect(rows[0].embedding).toHaveLength(256);
    expect(rows[1]).toMatchObject({ embedding: null, error_code: 'empty_text' });
  });

  test('a bad row is an outcome with its line: exit code 3, or 0 within --max-error-rate', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'id,text\n1,a\n2\n3,b\n4,c\n' });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    const strictly = await cli([...argv, '--max-error-rate', '0.2'], { cwd: folder });
    expect(strictly.code).toBe(3);
    expect(strictly.stderr).toContain('4 rows: 3 succeeded, 0 failed, 1 rejected');
    expect(strictly.stderr).toContain('padded with 97');
    const kindly = await cli([...argv, '--max-error-rate', '25%'], { cwd: folder });
    expect(kindly.code).toBe(0);
    const bad = JSON.parse(readFileSync(join(folder, 'in.results.jsonl'), 'utf8').split('\n')[1] as string);
    expect(bad).toMatchObject({
      id: '2',
      status: 'rejected',
      error_code: 'ragged_row',
      error_message: expect.stringContaining('line 3'),
    });
  });

  test('all rows rejected: the results say why, nothing is sent, exit code 3', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'id,text\n1\n2\n' });
    const ran = await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], {
      cwd: folder,
    });
    expect(ran.code).toBe(3);
    expect(await jobsOf(server)).toEqual([]);
    expect(readFileSync(join(folder, 'in.results.jsonl'), 'utf8').match(/ragged_row/g)).toHaveLength(2);
  });

  test('standard input is a dataset; the same bytes are the same run', async () => {
    const server = await localServer();
    const folder = folderWith();
    const argv = ['run', '-', '--model', MODEL, '--prompt', '{text}', '--out', '-', '--endpoint-url', server.url];
    const first = await cli(argv, { cwd: folder, stdin: 'text\none\ntwo\n' });
    expect(first.code).toBe(0);
    expect(
      first.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).text),
    ).toEqual(['one', 'two']);
    const second = await cli(argv, { cwd: folder, stdin: 'text\none\ntwo\n' });
    expect(second.stdout).toBe(first.stdout);
    expect(await jobsOf(server)).toHaveLength(1);
    const json = await cli(argv, { cwd: folder, stdin: '{"text":"one"}\n' });
    expect(JSON.parse(json.stdout)).toMatchObject({ text: 'one', status: 'succeeded' });
  });
});

describe('the same command again', () => {
  test('finds its run, sends nothing, and leaves the output alone', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'text\na\nb\n' });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.jsonl', '--endpoint-url', server.url];
    const first = await cli(argv, { cwd: folder });
    const before = statSync(join(folder, 'out.jsonl'));
    const again = await cli(argv, { cwd: folder });
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(again.stderr).toContain('has ended already: nothing is sent');
    expect(statSync(join(folder, 'out.jsonl'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(await jobsOf(server)).toHaveLength(1);
  });

  test('writes the output again when it is gone, and refuses to when somebody changed it', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'text\na\nb\n' });
    const out = join(folder, 'out.jsonl');
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.jsonl', '--endpoint-url', server.url];
    await cli(argv, { cwd: folder });
    const text = readFileSync(out, 'utf8');
    rmSync(out);
    expect((await cli(argv, { cwd: folder })).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(text);
    writeFileSync(out, text.replace('"a"', '"A"'));
    const refused = await cli(argv, { cwd: folder });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('BR-E0111 out.jsonl exists already');
    expect(readFileSync(out, 'utf8')).toContain('"A"');
    expect((await cli([...argv, '--force'], { cwd: folder })).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(text);
    expect(await jobsOf(server)).toHaveLength(1);
  });

  test('--new starts another run, and the command after it goes on with that one', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'text\na\n' });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--json', '--endpoint-url', server.url, '--force'];
    const runs = [];
    for (const more of [[], ['--new'], [], ['--new']]) {
      runs.push(JSON.parse((await cli([...argv, ...more], { cwd: folder })).stdout).run);
    }
    expect(runs[1]).not.toBe(runs[0]);
    expect(runs[2]).toBe(runs[1]);
    expect(new Set(runs).size).toBe(3);
    expect(await jobsOf(server)).toHaveLength(3);
  });

  test('another prompt, parameter, dataset or delimiter is another run; another --slots is not', async () => {
    const server = await localServer();
    const folder = folderWith({ 'in.csv': 'text\na\n', 'other.csv': 'text\nb\n' });
    const run = async (...argv: string[]) => {
      const ran = await cli(['run', ...argv, '--model', MODEL, '--json', '--force', '--endpoint-url', server.url], {
        cwd: folder,
      });
      return JSON.parse(ran.stdout).run as string;
    };
    const first = await run('in.csv', '--prompt', '{text}');
    expect(await run('in.csv', '--prompt', '{text}', '--slots', '3', '--max-attempts', '5')).toBe(first);
    const others = [
      await run('in.csv', '--prompt', '{text}!'),
      await run('in.csv', '--prompt', '{text}', '--param', 'temperature=0'),
      await run('other.csv', '--prompt', '{text}'),
      await run('in.csv', '--prompt', '{text}', '--system', 'Be brief'),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });
});
