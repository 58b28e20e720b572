/** Refuses a schedule expression as PutRule does, with the reason. */
export function refuseSchedule(expression: string, reason: string): never {
  const error = new Error(`Parameter ScheduleExpression is not valid: ${expression}: ${reason}`);
  error.name = 'ValidationException';
  throw error;
}
