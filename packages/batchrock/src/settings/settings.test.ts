import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';
import { findSettings, saveSettings, withSettings } from './index.ts';

/** A folder of a project below another, and a user with a file. */
function project(files: Readonly<Record<string, string>>) {
  const root = folderWith({ 'in/src/x': '', ...files });
  return { cwd: join(root, 'in', 'src'), root, env: { HOME: root, XDG_CONFIG_HOME: join(root, 'user') } };
}

test('the environment goes before the project, and the project before the user', async () => {
  const { cwd, root, env } = project({
    'in/batchrock.config.json': '{"bucket":"of-the-project","region":"eu-west-1","stateDir":"state"}',
    'user/batchrock/config.json': '{"bucket":"of-the-user","profile":"mine","region":"us-west-2"}',
    // further up than the nearest
    'batchrock.config.json': '{"roleArn":"never"}',
  });
  const projectFile = join(root, 'in', 'batchrock.config.json');
  expect(
    await findSettings({ ...env, AWS_DEFAULT_REGION: 'us-east-1', AWS_SERVICE_ROLE: 'arn:role', AWS_PROFILE: '' }, cwd),
  ).toEqual([
    { key: 'region', value: 'us-east-1', origin: 'AWS_DEFAULT_REGION' },
    { key: 'profile', value: 'mine', origin: join(root, 'user', 'batchrock', 'config.json') },
    { key: 'bucket', value: 'of-the-project', origin: projectFile },
    { key: 'roleArn', value: 'arn:role', origin: 'AWS_SERVICE_ROLE' },
    { key: 'stateDir', value: join(root, 'in', 'state'), origin: projectFile },
  ]);
  expect(await withSettings({ ...env, BATCHROCK_BUCKET: 'b', OTHER: 'kept' }, cwd)).toMatchObject({
    BATCHROCK_BUCKET: 'b',
    AWS_REGION: 'eu-west-1',
    OTHER: 'kept',
  });
  const relative = { HOME: root, XDG_CONFIG_HOME: 'user' };
  expect(await findSettings(relative, join(root, 'user'))).toMatchObject([{ key: 'roleArn' }]);
});

test.each([
  ['{', /is no JSON/],
  ['[]', /no JSON object/],
  ['{"bukcet":"x"}', /no setting "bukcet"; known are region, regions, residency, profile, bucket/],
  ['{"bucket":5}', /bucket is 5, and no text/],
  ['{"bucket":["a"]}', /bucket is \["a"\], and no text/],
  ['{"subnets":{"a":"b"}}', /subnets is \{"a":"b"\}, and no list of texts/],
  ['{"subnets":["a,b"]}', /subnets has "a,b"; texts without commas are allowed/],
  ['{"timeoutHours":true}', /timeoutHours is true, and no number/],
  ['{"tags":["a"]}', /tags is \["a"\], and no object of texts/],
  ['{"tags":{"a":1}}', /tags has 1; texts without commas are allowed/],
  ['{"tags":{"a=b":"c"}}', /tags has "a=b": no name may hold an equals sign here/],
])('a file that is %s is refused', async (text, why) => {
  const { cwd, env } = project({ 'in/batchrock.config.json': text });
  await expect(findSettings(env, cwd)).rejects.toMatchObject({ code: 'BR-E0134', message: expect.stringMatching(why) });
});

test('settings are written beside those that a file has, and no broken file is written over', async () => {
  const { root } = project({ 'c.json': '{"bucket":"old","profile":"mine"}', 'broken.json': '{' });
  await saveSettings(join(root, 'c.json'), { bucket: 'new', region: 'us-east-1' });
  expect(JSON.parse(readFileSync(join(root, 'c.json'), 'utf8'))).toEqual({ bucket: 'new', profile: 'mine', region: 'us-east-1' });
  // what is a list or an object stays one, and what is undefined goes
  const file = { subnets: ['subnet-1'], tags: { team: 'search' }, profile: 'mine' };
  await saveSettings(join(root, 'd.json'), file);
  await saveSettings(join(root, 'd.json'), { region: 'us-east-1', profile: undefined });
  expect(JSON.parse(readFileSync(join(root, 'd.json'), 'utf8'))).toEqual({
    subnets: ['subnet-1'],
    tags: { team: 'search' },
    region: 'us-east-1',
  });
  await expect(saveSettings(join(root, 'broken.json'), { bucket: 'new' })).rejects.toMatchObject({ code: 'BR-E0134' });
  expect(readFileSync(join(root, 'broken.json'), 'utf8')).toBe('{');
});

test('a run goes where the file of its project says, and a flag goes before it', async () => {
  const first = await localServer();
  const second = await localServer();
  const cwd = folderWith({ 'in.csv': 'text\nx\n', 'batchrock.config.json': JSON.stringify({ endpointUrl: first.url }) });
  const run = (...more: string[]) => cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--force', ...more], { cwd });
  expect(await run()).toMatchObject({ code: 0 });
  expect([await jobsOf(first), await jobsOf(second)]).toMatchObject([{ length: 1 }, { length: 0 }]);
  expect(await run('--endpoint-url', second.url)).toMatchObject({ code: 0 });
  expect([await jobsOf(first), await jobsOf(second)]).toMatchObject([{ length: 1 }, { length: 1 }]);

  const shown = await cli(['config', 'show', '--origin'], { cwd });
  expect(shown.stdout).toContain(`${'endpointUrl'.padEnd(14)}  ${first.url}  ${join(cwd, 'batchrock.config.json')}\n`);
  mkdirSync(join(cwd, 'empty'));
  const told = JSON.parse((await cli(['config', 'show', '--json'], { cwd })).stdout);
  expect(told.settings).toContainEqual({ key: 'endpointUrl', value: first.url });
});
