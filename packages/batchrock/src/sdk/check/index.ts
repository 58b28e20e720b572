export { type CheckOptions, type CheckReport, checkRows } from './check-rows.ts';
export { type AnswersQuestion, type AnswersReport, convertAnswers } from './convert-answers.ts';
export type { CheckedRow, RowProblem } from './row-problem.ts';
