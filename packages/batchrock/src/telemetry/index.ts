export { openPartSpans } from './part-spans.ts';
export { inRunSpan } from './run-span.ts';
export { flushSpans, inSpan } from './span.ts';
