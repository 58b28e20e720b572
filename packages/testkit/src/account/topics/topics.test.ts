import { beforeEach, expect, test } from 'vitest';
import { createTopics, type Topics } from './index.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:files';
let topics: Topics;
beforeEach(() => {
  topics = createTopics();
  topics.add(ARN);
});

const publish = (fields: Readonly<Record<string, string>>) =>
  topics.answer(new URLSearchParams({ Action: 'Publish', TopicArn: ARN, ...fields }));

test('keeps what is published, with its subject and attributes', () => {
  const attribute = { 'MessageAttributes.entry.1.Name': 'status', 'MessageAttributes.entry.1.Value.StringValue': 'Failed' };
  expect(publish({ Message: 'größer', Subject: 'a file', ...attribute })).toMatchObject({ statusCode: 200 });
  publish({ Message: 'second' });
  expect(topics.messages(ARN)).toEqual([
    { subject: 'a file', message: 'größer', attributes: { status: 'Failed' } },
    { message: 'second', attributes: {} },
  ]);
});

test.each([
  ['a topic that is not there', { TopicArn: `${ARN}-other`, Message: 'x' }, 'NotFound'],
  ['no message', { Message: '' }, 'InvalidParameter'],
  ['a message that is too long', { Message: 'x'.repeat(262_145) }, 'InvalidParameter'],
  ['a subject of two lines', { Message: 'x', Subject: 'a\nb' }, 'InvalidParameter'],
  ['another action', { Action: 'Subscribe' }, 'InvalidAction'],
])('refuses %s by the name of the service', (_, fields, code) => {
  const { statusCode, xml } = publish(fields);
  expect(statusCode).toBeGreaterThanOrEqual(400);
  expect(xml).toContain(`<Code>${code}</Code>`);
  expect(topics.messages(ARN)).toEqual([]);
});

test('names the topics that are there where one is not', () => {
  expect(() => topics.messages('arn:none')).toThrow(`there is no topic arn:none; there are ${ARN}`);
});
