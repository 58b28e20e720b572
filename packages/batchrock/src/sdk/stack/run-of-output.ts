/** The run in what an execution has answered; undefined where it names none. */
export function runOfOutput(output: string | undefined): string | undefined {
  const answer: unknown = output === undefined ? undefined : JSON.parse(output);
  const run = typeof answer === 'object' && answer !== null && 'run' in answer ? answer.run : undefined;
  return typeof run === 'string' ? run : undefined;
}
