import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withNamedPrompt } from './named-prompt.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-prompts-'));
  await mkdir(join(folder, 'prompts/team'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string | Uint8Array) => writeFile(join(folder, 'prompts', name), text);
const named = (promptId: string, more: object = {}) => withNamedPrompt({ promptId, ...more }, folder);

describe('a named prompt', () => {
  it('is the text of its file without the last line end', async () => {
    await write('plain.md', '# Rate\n\nRate {text} --- now\n---\nend\n');
    await write('team/x.v2.md', 'Say {a}\r\n');
    expect(await named('plain')).toMatchObject({ prompt: '# Rate\n\nRate {text} --- now\n---\nend', params: {} });
    expect(await named('team/x.v2')).toMatchObject({ prompt: 'Say {a}' });
  });

  it('brings a system prompt and parameters, which the question may replace', async () => {
    await write(
      'full.md',
      '---\ndescription: d\nsystem: |\n  Be brief.\n\n    Indented {lang}\nparams:\n  temperature: 0\n  stop: "x"\n---\n\nSay {a}\n',
    );
    const question = {
      promptId: 'full',
      params: { temperature: '1' } as Record<string, string>,
      system: undefined as string | undefined,
    };
    expect(await withNamedPrompt(question, folder)).toMatchObject({
      prompt: 'Say {a}',
      system: 'Be brief.\n\n  Indented {lang}',
      params: { temperature: '1', stop: 'x' },
    });
    expect(await withNamedPrompt({ ...question, system: 'Mine' }, folder)).toMatchObject({ system: 'Mine' });
  });

  it('that does not exist names those that do, and the nearest', async () => {
    await write('joke_about_topic.md', 'x');
    await write('team/rate.md', 'x');
    await expect(named('joke_about_topics')).rejects.toMatchObject({
      code: 'BR-E0124',
      message: 'no prompt "joke_about_topics" in prompts; there are joke_about_topic, team/rate; did you mean joke_about_topic?',
    });
    await expect(named('zzz')).rejects.toMatchObject({
      message: 'no prompt "zzz" in prompts; there are joke_about_topic, team/rate',
    });
    await expect(named('a', { promptsDir: 'nowhere' })).rejects.toMatchObject({
      message: 'no prompt "a": there is no folder nowhere',
    });
    await expect(named('a', { promptsDir: 'prompts/empty' })).rejects.toMatchObject({ code: 'BR-E0124' });
  });

  it.each(['../secret', '/etc/passwd', 'a/../b', '', 'a b', '.hidden'])('is not looked for at %j', async (id) => {
    await writeFile(join(folder, 'secret.md'), 'x');
    await expect(named(id)).rejects.toMatchObject({ code: 'BR-E0124' });
  });

  it('excludes a prompt beside it', async () => {
    await write('a.md', 'x');
    await expect(named('a', { prompt: 'y' })).rejects.toMatchObject({ code: 'BR-E0112' });
  });

  it.each([
    ['---\nsystem: x\n', 'BR-E0107', 'line 1'],
    ['---\ntemperature: 0\n---\nx', 'BR-E0107', 'line 2'],
    ['---\nparams:\n  temperature\n---\nx', 'BR-E0107', 'line 3'],
    ['---\nparams: 1\n---\nx', 'BR-E0107', 'line 2'],
    ['---\nsystem: a\nsystem: b\n---\nx', 'BR-E0107', 'line 3'],
    ['---\nsystem: a\n  b\n---\nx', 'BR-E0107', 'line 3'],
    ['---\nsystem: |\n---\nx', 'BR-E0107', 'line 2'],
    ['---\nsystem: a\n---\n \n', 'BR-E0110', 'bad.md'],
    ['', 'BR-E0110', 'bad.md'],
    [new Uint8Array([0xff, 0x41]), 'BR-E0114', 'bad.md'],
  ])('whose file is %j is refused with its place', async (text, code, place) => {
    await write('bad.md', text);
    await expect(named('bad')).rejects.toMatchObject({ code, message: expect.stringContaining(place) });
  });
});
