import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../../test/cli-harness.ts';
import { hubToken } from './hub.ts';

test('HF_TOKEN goes before the file in which the tools of the hub keep a token', async () => {
  const home = folderWith({ '.cache/huggingface/token': 'hf_kept\n', 'hf/token': 'hf_home', mine: 'hf_path' });
  const env = { HOME: home };
  expect(await hubToken({ ...env, HF_TOKEN: ' hf_given ' })).toBe('hf_given');
  expect(await hubToken(env)).toBe('hf_kept');
  expect(await hubToken({ ...env, HF_TOKEN: '' })).toBe('hf_kept');
  expect(await hubToken({ ...env, HF_HOME: join(home, 'hf') })).toBe('hf_home');
  expect(await hubToken({ ...env, HF_TOKEN_PATH: join(home, 'mine') })).toBe('hf_path');
  expect(await hubToken({ HOME: join(home, 'nobody') })).toBeUndefined();
  expect(await hubToken({ ...env, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
});
