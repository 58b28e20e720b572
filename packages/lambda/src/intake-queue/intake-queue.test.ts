import { describe, expect, it } from 'vitest';
import { intakeOfMessage } from './intake-queue.ts';

const s3 = (key: string, eventName = 'ObjectCreated:Put') => ({ eventName, s3: { bucket: { name: 'b' }, object: { key } } });
const notification = (...records: object[]) => JSON.stringify({ Records: records });

describe('a message of the intake queue', () => {
  it('tells of objects by their keys as they are', () => {
    expect(intakeOfMessage(notification(s3('to-process/a+b%2Bc/%C3%BC%25.jsonl')))).toEqual({
      kind: 'objects',
      objects: [{ bucket: 'b', key: 'to-process/a b+c/ü%.jsonl' }],
    });
    expect(intakeOfMessage(notification(s3('a'), s3('b', 's3:ObjectCreated:CompleteMultipartUpload')))).toMatchObject({
      objects: [{ key: 'a' }, { key: 'b' }],
    });
  });

  it('tells of an object through a bus, where keys are not escaped', () => {
    const detail = { bucket: { name: 'b' }, object: { key: 'a+b%20.jsonl' } };
    expect(intakeOfMessage(JSON.stringify({ source: 'aws.s3', detail }))).toEqual({
      kind: 'objects',
      objects: [{ bucket: 'b', key: 'a+b%20.jsonl' }],
    });
  });

  it('is our own, or what S3 says once', () => {
    expect(intakeOfMessage('{"file":"f-0123456789"}')).toEqual({ kind: 'file', file: 'f-0123456789' });
    expect(intakeOfMessage('{"bucket":"b","key":"to-process/a+b.jsonl"}')).toEqual({
      kind: 'objects',
      objects: [{ bucket: 'b', key: 'to-process/a+b.jsonl' }],
    });
    expect(intakeOfMessage('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}')).toEqual({ kind: 'test' });
  });

  it.each([
    'no JSON',
    'null',
    '{}',
    '{"file":"r-0123456789"}',
    '{"Records":[]}',
    notification(s3('a', 'ObjectRemoved:Delete')),
    notification(s3('%ZZ')),
    notification({ s3: { bucket: {}, object: {} } }),
    '{"source":"aws.s3"}',
  ])('is nothing at all: %s', (body) => {
    expect(intakeOfMessage(body)).toBeUndefined();
  });
});
