import { describe, expect, it } from 'vitest';
import { fileIdOf, isFileId } from './file-id.ts';
import { nameOf, parseFileKey } from './file-key.ts';

const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';

describe('the key of a file', () => {
  it.each([
    ['to-process/a.jsonl', 'a', HAIKU],
    ['to-process/a.b.JSONL', 'a.b', HAIKU],
    ['to-process/a.jsonl.gz', 'a', HAIKU],
    ['to-process/a.jsonl.zst', 'a', HAIKU],
    ['to-process/2026.11/über uns+1.jsonl', '2026.11/über uns+1', HAIKU],
    [`to-process/${NOVA}/a.jsonl`, `${NOVA}/a`, NOVA],
    [`to-process/us.${NOVA}/deep/a.jsonl`, `us.${NOVA}/deep/a`, `us.${NOVA}`],
    ['to-process/reports/amazon.nova-lite-v1:0/a.jsonl', 'reports/amazon.nova-lite-v1:0/a', HAIKU],
    ['to-process/amazon/a.jsonl', 'amazon/a', HAIKU],
  ])('%s is named, and says its model', (key, name, modelId) => {
    expect(parseFileKey(key, HAIKU)).toEqual({ name, modelId });
  });

  it.each([
    ['to-process/a.csv', 'BR-E0117', /\.jsonl, \.jsonl\.gz or \.jsonl\.zst/],
    ['to-process/a', 'BR-E0117', /is no \.jsonl file/],
    ['to-process/.jsonl', 'BR-E0117', /no name before its ending/],
    ['to-process/b/.jsonl', 'BR-E0117', /no name before its ending/],
    ['to-process/amazon.nova-lite-v1/a.jsonl', 'BR-E0105', /nearest.*amazon\.nova-lite-v1:0/],
    ['to-process/us.anthropic.claude-99/a.jsonl', 'BR-E0105', /unknown model/],
    [`to-process/${'ä'.repeat(490)}.jsonl`, 'BR-E0120', /980 bytes; at most 960/],
  ])('%s is refused', (key, code, said) => {
    expect(() => parseFileKey(key, HAIKU)).toThrow(expect.objectContaining({ code }));
    try {
      parseFileKey(key, HAIKU);
    } catch (error) {
      expect(`${(error as Error).message} ${(error as { hint?: string }).hint}`).toMatch(said);
    }
  });

  it('has to name its model where the queue has no default', () => {
    expect(parseFileKey(`to-process/${NOVA}/a.jsonl`, undefined)).toMatchObject({ modelId: NOVA });
    expect(() => parseFileKey('to-process/a.jsonl', undefined)).toThrow(/names no model/);
    expect(nameOf('a/b.jsonl')).toBe('a/b');
  });
});

describe('the id of a file', () => {
  it('is that of its content under its key, and another one for what is asked for otherwise', () => {
    const object = { bucket: 'b', key: 'k', etag: 'e' };
    const enqueued = { modelId: HAIKU, name: 'n' };
    const ids = [
      fileIdOf(object),
      fileIdOf({ ...object, etag: 'f' }),
      fileIdOf({ ...object, key: 'l' }),
      fileIdOf({ ...object, bucket: 'c' }),
      fileIdOf({ ...object, enqueued }),
      fileIdOf({ ...object, enqueued: { ...enqueued, modelId: NOVA } }),
      fileIdOf({ ...object, enqueued: { ...enqueued, output: { bucket: 'o', prefix: 'p/' } } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isFileId)).toBe(true);
    expect(fileIdOf({ ...object })).toBe(ids[0]);
    expect(isFileId('f-short')).toBe(false);
  });
});
