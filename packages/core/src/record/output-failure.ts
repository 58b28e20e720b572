/** Most bytes of an answer that no family understands which are shown. */
const MAX_EXCERPT = 200;

/** `errorCode` is a number in the service's documentation and a string in its samples. Other names of it are read as well. */
export function readError(error: unknown): { code: string; message: string } {
  if (typeof error === 'string') return { code: 'bad_error', message: error };
  const fields = (typeof error === 'object' ? error : {}) as Record<string, unknown>;
  const code = fields['errorCode'] ?? fields['code'];
  const message = fields['errorMessage'] ?? fields['message'];
  const isCode = (typeof code === 'string' && code !== '') || typeof code === 'number';
  return {
    code: isCode ? String(code) : 'bad_error',
    message: typeof message === 'string' ? message : excerpt(error),
  };
}

/** What is said of a line without an error that has no answer either. */
export function badOutput(modelOutput: unknown, family: string): { code: string; message: string } {
  if (modelOutput == null) return { code: 'bad_error', message: 'the output line has neither an answer nor an error' };
  return { code: 'bad_output', message: `not an answer of the family ${family}: ${excerpt(modelOutput)}` };
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}…` : text;
}
