/** What SQS refuses. Its name is the error's of the service, as the JSON protocol of the SDK tells it. */
export class SqsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** An attribute or argument out of its range. */
export function invalid(parameter: string, value: unknown, reason: string): SqsError {
  return new SqsError(
    'InvalidParameterValue',
    `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}.`,
  );
}
