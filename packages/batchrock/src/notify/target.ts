import { InputError } from '@batchrock/core';

/** Whom a run tells how it came out. The address of a webhook is a secret: whoever has it may write there. */
export type NotifyTarget =
  | { readonly kind: 'webhook'; readonly url: string; readonly told: string }
  | { readonly kind: 'sns' | 'events'; readonly arn: string; readonly region: string; readonly told: string };

/** Topics, and event buses (API references of SNS and EventBridge, 2026-11). */
const ARN =
  /^arn:aws[-a-z]*:(?:(sns):([-a-z0-9]+):\d{12}:[\w-]{1,256}(?:\.fifo)?|(events):([-a-z0-9]+):\d{12}:event-bus\/[\w./-]+)$/;

const HINT = 'give https://…, arn:aws:sns:REGION:ACCOUNT:TOPIC or arn:aws:events:REGION:ACCOUNT:event-bus/NAME';

/** What the texts stand for, each once. Throws `BR-E0120` for one that is none; its message never has the text itself. */
export function notifyTargets(texts: readonly string[]): readonly NotifyTarget[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))].map(targetOf);
}

/** The targets of the setting: texts with commas between them. */
export function settingTargets(setting: string | undefined): readonly NotifyTarget[] {
  return notifyTargets((setting ?? '').split(','));
}

/** A target as it may be shown: of an address the host alone. */
export function maskedTarget(text: string): string {
  if (text.startsWith('arn:')) return text;
  const url = URL.parse(text);
  return url === null || !/^https?:$/.test(url.protocol) ? '…' : `${url.protocol}//${url.host}/…`;
}

function targetOf(text: string): NotifyTarget {
  const [, sns, topicRegion, events, busRegion] = ARN.exec(text) ?? [];
  const kind = sns ?? events;
  if (kind === 'sns' || kind === 'events') {
    const told = kind === 'sns' ? `the topic ${text}` : `the event bus ${text}`;
    return { kind, arn: text, region: topicRegion ?? busRegion ?? '', told };
  }
  const url = URL.parse(text);
  if (url === null) throw unsound('it is neither a URL nor the ARN of a topic or an event bus');
  if (url.username !== '' || url.password !== '') throw unsound('a user or password in an address is not taken');
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) throw unsound('a webhook is https://, or http:// on this machine');
  return { kind: 'webhook', url: url.href, told: `the webhook at ${url.host}` };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function unsound(why: string): InputError {
  return new InputError('BR-E0120', `a target of --notify cannot be used: ${why}`, { hint: HINT });
}
