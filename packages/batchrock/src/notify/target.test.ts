import { expect, test } from 'vitest';
import { maskedTarget, notifyTargets, settingTargets } from './target.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:runs';
const BUS = 'arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/team/runs';

test('webhooks, topics and event buses are told apart, and each is taken once', () => {
  expect(settingTargets(` https://hooks.example.com/T0/B1?k=v ,${TOPIC},${BUS},${TOPIC},`)).toEqual([
    { kind: 'webhook', url: 'https://hooks.example.com/T0/B1?k=v', told: 'the webhook at hooks.example.com' },
    { kind: 'sns', arn: TOPIC, region: 'eu-west-1', told: `the topic ${TOPIC}` },
    { kind: 'events', arn: BUS, region: 'us-gov-west-1', told: `the event bus ${BUS}` },
  ]);
  expect(settingTargets(undefined)).toEqual([]);
  for (const host of ['127.0.0.1:9', '[::1]:9', 'localhost']) {
    expect(notifyTargets([`http://${host}/x`])).toMatchObject([{ kind: 'webhook' }]);
  }
});

test.each([
  'secret4711',
  'http://hooks.example.com/secret4711',
  'http://127.0.0.1.example.com/secret4711',
  'ftp://hooks.example.com/secret4711',
  'https://bob:secret4711@hooks.example.com/',
  'arn:aws:sns:eu-west-1:123456789012:secret4711:7c1f0a7e-subscription',
  'arn:aws:sqs:eu-west-1:123456789012:secret4711',
])('%s is refused, and not repeated', (text) => {
  let refusal: unknown;
  try {
    notifyTargets([text]);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'BR-E0120' });
  expect(String(refusal)).not.toContain('4711');
});

test('of an address the host alone is shown', () => {
  expect(['https://hooks.example.com/T0/B1', 'http://u:p@[::1]:80/x', 'javascript:4711', TOPIC].map(maskedTarget)).toEqual([
    'https://hooks.example.com/…',
    'http://[::1]/…',
    '…',
    TOPIC,
  ]);
});
