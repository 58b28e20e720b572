import { CreateStateMachineCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { arnOf, type Maker, physicalName, requireTrust } from './making.ts';
import { refuse, requiredText, textOf } from './properties.ts';

/** `AWS::StepFunctions::StateMachine`, on moto. */
export const makeStateMachine: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'DefinitionS3Location', 'DefinitionSubstitutions');
  const name = textOf(properties['StateMachineName']) ?? physicalName(making, 80);
  const roleArn = requiredText(properties, 'RoleArn');
  await requireTrust(making, 'states.amazonaws.com', roleArn, arnOf(making, 'states', `stateMachine:${name}`));
  const definition = textOf(properties['DefinitionString']) ?? JSON.stringify(properties['Definition']);
  if (making.before !== undefined) {
    const { ref: stateMachineArn, attributes } = making.before;
    await account.clients.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition, roleArn }));
    return { ref: stateMachineArn, attributes };
  }
  const command = new CreateStateMachineCommand({ name, definition, roleArn });
  const { stateMachineArn = '' } = await account.clients.sfn.send(command);
  return { ref: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
};
