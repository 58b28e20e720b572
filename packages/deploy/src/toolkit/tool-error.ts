import { translateError } from '@batchrock/aws';
import { type BatchrockError, type ErrorDetails, isBatchrockError, ServiceError } from '@batchrock/core';

/** A message of CloudFormation or of the toolkit that we know more about than it says. */
interface Known {
  readonly pattern: RegExp;
  make(operation: string, message: string, cause: unknown): BatchrockError;
}

const refusal =
  (code: 'BR-E0501' | 'BR-E0510' | 'BR-E0511', reason: 'denied' | 'invalid' | 'conflict', hint: string): Known['make'] =>
  (operation, message, cause) =>
    new ServiceError(code, `${operation}: ${message}`, { reason, effect: 'none', hint, cause, details: detailsOf(cause) });

/** Roles that `cdk bootstrap` makes and deployments are done by. */
const DENIED =
  'the caller has to be allowed sts:AssumeRole on the roles cdk-…-deploy-role and cdk-…-file-publishing-role of the account, and to read stacks';

/** Sentences of CloudFormation (API reference and troubleshooting guide, 2026-11) and of the toolkit library 1.40. The first that fits. */
const KNOWN: readonly Known[] = [
  {
    pattern: /unable to resolve aws account|could not load credentials|need to perform aws calls for account/i,
    make: refusal(
      'BR-E0501',
      'denied',
      'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; aws sso login renews a session',
    ),
  },
  {
    pattern: /has the environment been bootstrapped|bootstrap stack version|cdk bootstrap/i,
    make: refusal('BR-E0510', 'invalid', 'add --bootstrap, which makes or renews the stack CDKToolkit'),
  },
  {
    pattern: /not authorized to perform|access ?denied|could not assume role/i,
    make: refusal('BR-E0501', 'denied', DENIED),
  },
  {
    pattern: /export .*(in use|imported)|in use by stack/i,
    make: refusal(
      'BR-E0511',
      'conflict',
      'another stack imports what this one exports: change that stack first, so that it does not, and try again',
    ),
  },
  {
    pattern: /termination ?protection/i,
    make: refusal(
      'BR-E0511',
      'conflict',
      'it is protected: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name NAME',
    ),
  },
  {
    pattern: /(UPDATE_ROLLBACK|ROLLBACK|DELETE)_FAILED|paused fail state/,
    make: refusal(
      'BR-E0511',
      'conflict',
      'its last change failed, and so did taking it back: aws cloudformation continue-update-rollback, or look at it in the console',
    ),
  },
  {
    pattern: /_IN_PROGRESS/,
    make: refusal('BR-E0511', 'conflict', 'another change of the stack is at work: wait for its end, then give the same command'),
  },
];

/** What a call of AWS or of the toolkit library has thrown, as an error of the tree. `operation` says what was tried. */
export function toolError(error: unknown, operation: string): BatchrockError {
  if (isBatchrockError(error)) return error;
  const cause = innermost(error);
  const message = sentenceOf(error);
  const known = KNOWN.find(({ pattern }) => pattern.test(message));
  if (isAwsError(cause)) {
    // the SDK's own names say more than patterns do: throttling, expired keys, no connection
    const translated = translateError(cause, operation, DENIED);
    if (known === undefined || translated.code !== 'BR-E0504') return translated;
  }
  if (known !== undefined) return known.make(operation, message, error);
  return new ServiceError('BR-E0512', `${operation}: ${message}`, { reason: 'unavailable', effect: 'unknown', cause: error });
}

/** Errors of the SDK carry its metadata, those of its connections and providers a name or a code of the system. */
function isAwsError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return '$metadata' in error || name === 'CredentialsProviderError' || (typeof code === 'string' && /^E[A-Z_]+$/.test(code));
}

function innermost(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? innermost(cause) : error;
}

/** The toolkit's message without its sign, its prefix and its trace: one line. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message
    .replace(/^\s*❌?\s*(\S+ failed: )?/u, '')
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\.$/, '')
    .trim();
}

function detailsOf(error: unknown): ErrorDetails {
  const { $metadata } = innermost(error) as { $metadata?: { requestId?: string } };
  return $metadata?.requestId === undefined ? {} : { requestId: $metadata.requestId };
}
