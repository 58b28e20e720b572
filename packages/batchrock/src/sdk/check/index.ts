export { checkRows } from './check-rows.ts';
export { type AnswersQuestion, type AnswersReport, convertAnswers } from './convert-answers.ts';
export { checkSplitRows } from './openai-rows.ts';
export type { CheckedRow, CheckOptions, RowProblem } from './row-problem.ts';
export type { CheckReport } from './tally.ts';
