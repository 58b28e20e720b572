import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRetryable } from './error-class.ts';

/** Code and message as Bedrock gives them; the forms of `errorCode` that were seen are a number and a string. */
type Case = readonly [code: string, message: string];

describe('a failed record is sent again', () => {
  test.each<Case>([
    // throttling
    ['429', 'Too many requests, please wait before trying again.'],
    ['429', 'Too many tokens, please wait before trying again.'],
    ['ThrottlingException', 'Your request was denied due to exceeding the account quotas for Amazon Bedrock.'],
    ['throttlingException', 'Rate exceeded'],
    ['400', 'Too many requests'],
    ['400', 'Too many connections'],
    ['ServiceQuotaExceededException', 'Your request exceeds the service quota for your account.'],
    ['429', 'the guardrail was throttled'],
    // the service failed
    ['500', 'Internal server error'],
    ['500', 'The system encountered an unexpected error during processing. Try your request again.'],
    ['502', 'Bad gateway'],
    ['503', 'Service unavailable'],
    ['504', 'Gateway timeout'],
    ['529', 'Overloaded'],
    ['InternalServerException', 'The system encountered an unexpected error during processing.'],
    ['internalServerException', ''],
    ['com.amazonaws.bedrock#InternalServerException', ''],
    ['ServiceUnavailableException', 'The service is currently unavailable.'],
    ['400', 'Bedrock is unable to process your request. Please try again.'],
    ['400', 'The service is busy, try again later'],
    // time
    ['408', 'Request timeout'],
    ['ModelTimeoutException', 'Model has timed out in processing the request. Try your request again.'],
    ['400', 'the request timed out'],
    // the model
    ['424', 'The model failed'],
    ['ModelErrorException', 'The request failed due to an error while processing the model.'],
    ['ModelNotReadyException', 'The model is not ready for inference. Try your request again later.'],
    ['400', 'Model is not ready for inference'],
    ['409', 'conflict'],
    // nobody knows: attempts are bounded
    ['bad_error', 'the output line has neither an answer nor an error'],
    ['999', 'a code of next year'],
    ['', ''],
  ])('%s %s', (code, message) => {
    expect(isRetryable(code, message)).toBe(true);
  });
});

describe('a failed record is not sent again, since the same bytes fail again', () => {
  test.each<Case>([
    ['400', 'bad request'],
    ['400', 'anthropic_version: Field required'],
    ['400', 'Malformed input request: #: required key [messages] not found, please reformat your input and try again.'],
    ['400', 'Malformed input request: expected maxLength: 50000, actual: 60000, please reformat your input and try again.'],
    ['ValidationException', 'Malformed input request, please reformat your input and try again.'],
    ['validationException', 'messages: roles must alternate'],
    ['ValidationException:http://internal.amazon.com/coral/', 'bad'],
    ['400', 'Input is too long for requested model.'],
    ['400', 'Too many input tokens. Max input tokens: 8192, request input token count: 9000'],
    [
      '400',
      'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
    ],
    [
      '400',
      'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.',
    ],
    ['400', 'A conversation must start with a user message. Try again with a conversation that starts with a user message.'],
    ['400', 'Batch inference is not supported for the requested model'],
    ['401', 'The security token included in the request is invalid.'],
    ['403', "You don't have access to the model with the specified model ID."],
    ['AccessDeniedException', ''],
    ['404', 'Could not resolve the foundation model from the provided model identifier.'],
    ['ResourceNotFoundException', 'Model use case details have not been submitted for this account.'],
    ['413', 'Request too large'],
    ['422', 'unprocessable'],
    // blocked content, whatever the code
    ['400', 'Output blocked by content filtering policy'],
    ['500', 'blocked by content filter'],
    ['403', 'The guardrail intervened'],
    // paid, and not an answer
    ['bad_output', 'not an answer of the family anthropic: {}'],
  ])('%s %s', (code, message) => {
    expect(isRetryable(code, message)).toBe(false);
  });
});

test('a code is no key of an object: whatever stands in it, there is an answer', () => {
  for (const code of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) expect(isRetryable(code, 'x')).toBe(true);
  fc.assert(fc.property(fc.string(), fc.string(), (code, message) => typeof isRetryable(code, message) === 'boolean'));
});
