/** One line of the table by which failed records are sent again or not. */
interface ErrorClass {
  readonly retry: boolean;
  readonly why: string;
}

const again = (why: string): ErrorClass => ({ retry: true, why });
const final = (why: string): ErrorClass => ({ retry: false, why });

/**
 * What an `errorCode` says about sending the same record again. Numbers are the HTTP status that InvokeModel would give,
 * names its exceptions (Bedrock API reference, InvokeModel and Converse, 2026-11). The service does not publish which codes
 * batch output holds, so both forms are read.
 */
const CODES: Readonly<Record<string, ErrorClass>> = {
  '400': final('the request itself is refused: the same bytes are refused again'),
  ValidationException: final('the request itself is refused'),
  '401': final('credentials: every record fails alike until someone mends them'),
  '403': final('no access to the model: every record fails alike until someone grants it'),
  AccessDeniedException: final('no access to the model'),
  '404': final('no such model or resource'),
  ResourceNotFoundException: final('no such model or resource'),
  '408': again('the model took too long: load, not the record'),
  ModelTimeoutException: again('the model took too long'),
  '409': again('a conflict with something else that was going on'),
  ConflictException: again('a conflict with something else that was going on'),
  '413': final('too large, and it stays too large'),
  '422': final('understood and refused'),
  '424': again('the model failed while it worked on the request'),
  ModelErrorException: again('the model failed while it worked on the request'),
  ModelNotReadyException: again('the model was not ready'),
  '429': again('too many requests at the time'),
  ThrottlingException: again('too many requests at the time'),
  ServiceQuotaExceededException: again('a quota was full at the time'),
  InternalServerException: again('the service failed'),
  ServiceUnavailableException: again('the service was not there'),
  // ours
  bad_output: final('the model answered and was paid, in a shape that its family does not have: it would do so again'),
  bad_error: again('the line says neither an answer nor what went wrong'),
};

/**
 * What the message says goes before the code, a throttle apart: 400 is used for passing troubles too, and 5xx for blocked
 * content. "Try again" alone says nothing: a malformed body is told to "reformat your input and try again", one with too
 * many tokens to "try again with a value that is lower", and neither can be heeded by the same bytes.
 */
const BLOCKED = /content (filter|policy|moderation)|content.?filtered|guardrail|blocked by|safety (filter|system|policy)/i;
const PASSING =
  /not ready|throttl|too many (requests|tokens|connections)|try again (later|shortly|soon|in )|(^|[.;,] )(please )?(try again|retry)\W*$|(retry|try) your request|timed? ?out|temporarily/i;
const CHANGED_INPUT = /\band try again\W*$/i;

/** True when a record that failed with this code and message is worth another attempt. Unknown codes are: attempts are bounded. */
export function isRetryable(code: string, message: string): boolean {
  const name = exceptionName(code);
  if (name === '429' || name === 'ThrottlingException') return true;
  if (BLOCKED.test(message)) return false;
  if (PASSING.test(message) && !CHANGED_INPUT.test(message)) return true;
  if (Object.hasOwn(CODES, name)) return CODES[name]!.retry;
  return true;
}

/** An exception's name without the namespace and the address that the wire may put around it, in the case of its type. */
function exceptionName(code: string): string {
  const bare = code.slice(code.lastIndexOf('#') + 1).replace(/:.*$/s, '');
  return bare.endsWith('Exception') ? bare.charAt(0).toUpperCase() + bare.slice(1) : bare;
}
