import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBedrockUri, parseS3Uri, validFolderUri } from './index.ts';

describe('a place that Bedrock takes', () => {
  it('has the characters of its pattern, between single slashes', () => {
    for (const key of ['', 'a', 'a/', 'a/b.jsonl', "a/!-_*'().z", '0/1/2/'])
      expect(isBedrockUri(`s3://bucket/${key}`)).toBe(true);
    for (const key of ['/a', 'a//b', 'dt=2026-01-01/x', 'a b', 'ä', 'a+b', 'a@b', 'a%20b', 'a:b', 'a\nb']) {
      expect(isBedrockUri(`s3://bucket/${key}`)).toBe(false);
    }
  });

  it('has a bucket and at most 1,024 characters', () => {
    expect(isBedrockUri('s3://bucket')).toBe(true);
    expect(isBedrockUri('s3:///a')).toBe(false);
    expect(isBedrockUri('bucket/a')).toBe(false);
    expect(isBedrockUri('s3://UPPER/a')).toBe(false);
    expect(isBedrockUri(`s3://bucket/${'a'.repeat(1024 - 12)}`)).toBe(true);
    expect(isBedrockUri(`s3://bucket/${'a'.repeat(1024 - 11)}`)).toBe(false);
  });

  it('is made of any other, and stays as it is where it is one', () => {
    expect(validFolderUri('s3://bucket/output/test_job/')).toBe('s3://bucket/output/test_job/');
    expect(validFolderUri('s3://bucket/output/täst job=1//x')).toBe('s3://bucket/output/t-st-job-1/x/');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (key) => {
        const uri = validFolderUri(`s3://bucket/output/${key}/`);
        expect(isBedrockUri(uri)).toBe(true);
        expect(validFolderUri(uri)).toBe(uri);
      }),
    );
  });

  it('is read as a bucket and a key', () => {
    expect(parseS3Uri('s3://b/a/c')).toEqual({ bucket: 'b', key: 'a/c' });
    expect(parseS3Uri('s3://b')).toEqual({ bucket: 'b', key: '' });
    expect(parseS3Uri('https://b/a')).toBeUndefined();
  });
});
