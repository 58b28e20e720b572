import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The modules that an entry of this package loads, by their URLs. */
function modulesOf(entry: string): readonly string[] {
  const program = `import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    await import(${JSON.stringify(new URL(entry, import.meta.url).href)});
    process.stdout.write(JSON.stringify(urls));`;
  const args = ['--conditions=@batchrock/source', '--input-type=module', '--eval', program];
  return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }).stdout);
}

const isOfDynamo = (url: string): boolean => /dynamodb/.test(url);
const isOfStacks = (url: string): boolean => /client-(cloudformation|sfn)/.test(url);

test('whoever asks for S3 and Bedrock, as every command line does, loads nothing of DynamoDB and of stacks', () => {
  expect(modulesOf('../index.ts').filter((url) => isOfDynamo(url) || isOfStacks(url))).toEqual([]);
  expect(modulesOf('./index.ts').filter(isOfDynamo)).not.toEqual([]);
  expect(modulesOf('../stack/index.ts').filter(isOfStacks)).not.toEqual([]);
});
