import type { Experimental_BatchV4StartResult as BatchV4StartResult } from '@ai-sdk/provider';
import { pathInLine, translateLine } from '@batchrock/core';
import type { Question } from '../request/request.ts';
import { askedLines } from '../sdk/openai-question.ts';
import type { WrittenRequest } from './request-line.ts';

/** What of each request its model is told otherwise, or not at all. */
export function startWarnings(question: Question, written: readonly WrittenRequest[]): BatchV4StartResult['warnings'] {
  const withTools = written.filter(({ line }) => 'tools' in line.body).length;
  const { model } = askedLines(question, { withTools });
  return written.flatMap(({ line, warnings }) => {
    const { passed } = translateLine(JSON.parse(JSON.stringify(line)), { ...model, onUnsupported: 'warn' });
    const told = passed.map(({ path, message, effect }) => ({
      type: effect === 'changed' ? ('compatibility' as const) : ('unsupported' as const),
      feature: pathInLine(path, 'chat'),
      details: message,
    }));
    return [...warnings, ...told].map((warning) => ({ requestId: line.custom_id, warning }));
  });
}
