import { describe, expect, it } from 'vitest';
import { toolError } from './tool-error.ts';

/** An error as the SDK throws it. */
function refusal(name: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, attempts: 1, requestId: 'REQ42' } });
}

describe('what a deployment meets', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'no keys',
      Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }),
      'BR-E0501',
      /AWS_PROFILE/,
    ],
    ['an expired session', refusal('ExpiredToken', 'expired', 403), 'BR-E0501', /renew it/],
    ['a denied call', refusal('AccessDenied', 'User: x is not authorized to perform: y', 403), 'BR-E0501', /deploy-role/],
    ['a role that may not be taken', new Error('Could not assume role in target account'), 'BR-E0501', /deploy-role/],
    ['an account without the CDK', new Error("SSM parameter not found. Please run 'cdk bootstrap'"), 'BR-E0510', /--bootstrap/],
    ['an export in use', new Error('Export Runs:Bucket cannot be deleted as it is in use by Other'), 'BR-E0511', /imports/],
    [
      'a protected stack',
      new Error('Stack [Runs] cannot be deleted while TerminationProtection is enabled'),
      'BR-E0511',
      /protected/,
    ],
    [
      'another change',
      refusal('ValidationError', 'Stack is in UPDATE_IN_PROGRESS state and can not be updated'),
      'BR-E0511',
      /wait/,
    ],
    ['a failed roll-back', new Error('Stack is in a paused fail state (UPDATE_ROLLBACK_FAILED)'), 'BR-E0511', /continue-update/],
    ['throttling', refusal('ThrottlingException', 'Rate exceeded'), 'BR-E0502', /repeated/],
    ['nobody there', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'BR-E0506', /endpoint/],
    ['a resource that fails', new Error('AWS::Lambda::Function Runs/Prepare: no memory'), 'BR-E0512', /taken the change back/],
  ])('%s has a code and says what to do', (_, error, code, hint) => {
    const translated = toolError(error, 'deploy Runs');
    expect(translated).toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect(translated.message).toMatch(/^deploy Runs: /);
  });

  it('is told by what the toolkit wraps, on one line, without its sign and its full stop', () => {
    const cause = refusal('ThrottlingException', 'Rate exceeded');
    expect(toolError(new Error('❌  Runs failed: ThrottlingException: Rate exceeded', { cause }), 'deploy Runs').code).toBe(
      'BR-E0502',
    );
    expect(toolError(new Error('❌  Runs failed: this\n  is odd.'), 'deploy Runs').message).toBe('deploy Runs: this; is odd');
  });
});
