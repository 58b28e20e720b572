import { randomUUID } from 'node:crypto';

/** A message of a topic, as its subscribers would get it. */
export interface PublishedMessage {
  readonly subject?: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The topics of the account: what was published stays, and goes to nobody. */
export interface Topics {
  add(topicArn: string): void;
  /** All that was published there, oldest first. Throws where there is no such topic. */
  messages(topicArn: string): readonly PublishedMessage[];
  /** Answers a call of SNS, a form: Publish, and nothing else. */
  answer(form: URLSearchParams): TopicsAnswer;
}

/** What the front sends back. */
export interface TopicsAnswer {
  readonly statusCode: number;
  readonly xml: string;
}

/** Of a message with its attributes (Amazon SNS quotas, 2026-11). */
const MOST_BYTES = 262_144;
/** Of a subject (Amazon SNS API reference, Publish, 2026-11). */
const MOST_SUBJECT = 100;

/** An account without topics. */
export function createTopics(): Topics {
  const topics = new Map<string, PublishedMessage[]>();
  const publish = (form: URLSearchParams): TopicsAnswer => {
    const arn = form.get('TopicArn') ?? form.get('TargetArn') ?? '';
    const messages = topics.get(arn);
    if (messages === undefined) return refusal(404, 'NotFound', 'Topic does not exist');
    const message = form.get('Message') ?? '';
    const subject = form.get('Subject') ?? undefined;
    if (message === '') return refusal(400, 'InvalidParameter', 'Invalid parameter: Empty message');
    if (Buffer.byteLength(message) > MOST_BYTES) return refusal(400, 'InvalidParameter', 'Invalid parameter: Message too long');
    if (subject !== undefined && (subject.length > MOST_SUBJECT || /[\n\r]/.test(subject))) {
      return refusal(400, 'InvalidParameter', 'Invalid parameter: Subject');
    }
    messages.push({ ...(subject !== undefined && { subject }), message, attributes: attributesOf(form) });
    return success('Publish', `<MessageId>${randomUUID()}</MessageId>`);
  };
  return {
    add(topicArn) {
      if (!topics.has(topicArn)) topics.set(topicArn, []);
    },
    messages(topicArn) {
      const messages = topics.get(topicArn);
      if (messages === undefined) throw new Error(`there is no topic ${topicArn}; there are ${[...topics.keys()].join(', ')}`);
      return messages;
    },
    answer(form) {
      const action = form.get('Action') ?? '';
      if (action === 'Publish') return publish(form);
      return refusal(400, 'InvalidAction', `the action ${action} is not carried out here`);
    },
  };
}

/** `MessageAttributes.entry.1.Name`, `….Value.StringValue`: texts and numbers, which are texts on the way. */
function attributesOf(form: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let i = 1; form.has(`MessageAttributes.entry.${i}.Name`); i += 1) {
    const name = form.get(`MessageAttributes.entry.${i}.Name`) ?? '';
    attributes[name] = form.get(`MessageAttributes.entry.${i}.Value.StringValue`) ?? '';
  }
  return attributes;
}

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

function success(action: string, result: string): TopicsAnswer {
  const body = `<${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return { statusCode: 200, xml: `<${action}Response xmlns="${NAMESPACE}">${body}</${action}Response>` };
}

function refusal(statusCode: number, code: string, message: string): TopicsAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return {
    statusCode,
    xml: `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  };
}
