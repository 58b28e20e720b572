import { parsePolicy } from '../judge/index.ts';
import { arnOf, type Maker, physicalName } from './making.ts';
import { refuse, textOf, textsOf } from './properties.ts';

/** `AWS::SNS::Topic`: what is published there is kept, and goes to nobody, so nobody may subscribe. */
export const makeTopic: Maker = async (making) => {
  refuse(making.properties, 'Subscription', 'FifoTopic');
  const name = textOf(making.properties['TopicName']) ?? physicalName(making, 256);
  const arn = arnOf(making, 'sns', name);
  making.account.topics.add(arn);
  return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
};

/** `AWS::SNS::TopicPolicy`, for the judge. */
export const makeTopicPolicy: Maker = async ({ account, logicalId, properties }) => {
  const document = parsePolicy(properties['PolicyDocument'], logicalId);
  for (const arn of textsOf(properties['Topics'])) account.judge.addResourcePolicy(arn, document);
  return { ref: logicalId, attributes: { Id: logicalId } };
};
