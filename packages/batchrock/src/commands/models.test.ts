import { MODEL_CATALOGUE } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer } from '../../test/cli-harness.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const HAIKU_45 = 'anthropic.claude-haiku-4-5-20251001-v1:0';

describe('batchrock models', () => {
  test('lists every model of the catalogue, with its families and its price', async () => {
    const { code, stdout } = await cli(['models'], { cwd: folderWith() });
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(header).toMatch(/^MODEL +FAMILIES +TAKES +IN +OUT +PRICES OF$/);
    expect(lines).toHaveLength(MODEL_CATALOGUE.length);
    expect(lines.find((line) => line.startsWith(NOVA))).toMatch(/nova, converse +text image document video +0\.03 +0\.12 +2026-/);
    expect(lines.find((line) => line.startsWith('qwen.qwen3-32b'))).toMatch(/converse, openai-shaped/);
    // a bare id would be refused by the service
    expect(lines.find((line) => line.includes('claude-haiku-4-5'))).toMatch(/^us\.anthropic/);
    expect(lines.find((line) => line.startsWith('zai.glm-4.7 '))).toMatch(/\? +\?$/);
    expect(lines.find((line) => line.startsWith('cohere.embed-v4'))).toContain('not in batch');
  });

  test('shows one model in detail, by any of its ids', async () => {
    const cwd = folderWith();
    const { stdout } = await cli(['models', `eu.${HAIKU_45}`], { cwd });
    expect(stdout).toContain('id          anthropic.claude-haiku-4-5-20251001-v1:0, through a profile only\n');
    expect(stdout).toContain('InvokeModel family anthropic\n');
    expect(stdout).toContain('price       $0.5 in, $2.5 out a million tokens in batch; $1 and $5 on demand (2026-11-21');
    expect(stdout).toContain('us., eu., … $0.55 in, $2.75 out');
    expect((await cli(['models', 'cohere.embed-v4:0'], { cwd })).stdout).toContain('refused     it is not offered for batch');
  });

  test('prints one model as JSON, what is not known as null', async () => {
    const { stdout } = await cli(['models', 'zai.glm-4.7', '--json'], { cwd: folderWith() });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'batchrock.model/1',
      id: 'zai.glm-4.7',
      families: { Converse: 'converse', InvokeModel: 'openai-shaped' },
      invocationType: 'Converse',
      tools: true,
      limits: { minRecords: 100 },
      price: null,
      refused: null,
    });
  });

  test('names the nearest ids of one that is not known', async () => {
    const { code, stderr } = await cli(['models', 'amazon.nova-light-v1:0'], { cwd: folderWith() });
    expect(code).toBe(2);
    expect(stderr).toContain(NOVA);
  });

  test('asks a Region which of them it offers, and under which ids', async () => {
    const server = await localServer();
    const cwd = folderWith();
    const asked = ['--available', '--endpoint-url', server.url, '--region', 'eu-west-1', '--json'];
    const { models } = JSON.parse((await cli(['models', ...asked], { cwd })).stdout) as {
      models: { id: string; offered: string[] }[];
    };
    const offered = Object.fromEntries(models.map((model) => [model.id, model.offered]));
    expect(offered[NOVA]).toEqual([NOVA, `eu.${NOVA}`, `global.${NOVA}`]);
    expect(offered[HAIKU_45]).toEqual([`eu.${HAIKU_45}`, `global.${HAIKU_45}`]);
    const one = await cli(['models', HAIKU_45, ...asked.slice(0, -1)], { cwd });
    expect(one.stdout).toContain(`offered as  eu.${HAIKU_45} global.${HAIKU_45}\n`);
  });

  test('needs a Region to ask', async () => {
    const { code, stderr } = await cli(['models', '--available'], { cwd: folderWith(), env: { AWS_REGION: '' } });
    expect(code).toBe(2);
    expect(stderr).toContain('--region');
  });
});

describe('a catalogue file', () => {
  const catalogue = JSON.stringify({
    models: [
      { id: NOVA, price: { input: 2, output: 4, date: '2026-11-22' } },
      { id: 'acme.chat-1', family: 'nova', name: 'Acme Chat' },
    ],
  });

  test('changes what is known of models, in the list and in a plan', async () => {
    const cwd = folderWith({ 'mine.json': catalogue, 'in.csv': 'text\na\nb\n' });
    const flags = ['--catalogue', `${cwd}/mine.json`];
    expect((await cli(['models', NOVA, ...flags], { cwd })).stdout).toContain('price       $1 in, $2 out');
    const plan = (model: string) => cli(['plan', 'in.csv', '--model', model, '--prompt', '{text}', '--json', ...flags], { cwd });
    expect(JSON.parse((await plan(NOVA)).stdout).cost.priceDate).toBe('2026-11-22');
    expect(JSON.parse((await plan('acme.chat-1')).stdout)).toMatchObject({ model: 'acme.chat-1', records: 2 });
  });

  test('can be asked by a run, whose results are found without it', async () => {
    const cwd = folderWith({ 'mine.json': catalogue, 'in.csv': `text\n${'good\n'.repeat(3)}` });
    const server = await localServer({ speed: 1000 });
    const model = { id: NOVA, family: 'converse' };
    const file = folderWith({ 'c.json': JSON.stringify({ models: [model] }) });
    const asked = ['--model', NOVA, '--prompt', '{text}', '--catalogue', `${file}/c.json`, '--endpoint-url', server.url, '--yes'];
    const ran = await cli(['run', 'in.csv', ...asked], { cwd });
    expect([ran.code, ran.stderr]).toEqual([0, expect.anything()]);
    const { stdout } = await cli(['results', '--out', '-'], { cwd });
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  test('is refused with all that is wrong in it', async () => {
    const cwd = folderWith({ 'mine.json': '{"models":[{"id":"acme.x"},{"id":7}]}', 'broken.json': '{' });
    const { code, stderr } = await cli(['models', '--catalogue', 'mine.json'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('models[0].family is missing');
    expect(stderr).toContain('models[1].id has to be the id of a model');
    expect((await cli(['models', '--catalogue', 'broken.json'], { cwd })).stderr).toContain('broken.json is no JSON');
    expect((await cli(['models', '--catalogue', 'none.json'], { cwd })).stderr).toContain('BR-E0101');
  });
});
