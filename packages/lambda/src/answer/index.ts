export { type Answer, type AnswerSubject, isSettled, judge, OUTPUT_SETTLE_MS, type Verdict } from './answer.ts';
export { type FittedAnswer, fit } from './fit.ts';
export { createOutputStore, type JobOutput, type OutputStore, type TokenCounts } from './output.ts';
