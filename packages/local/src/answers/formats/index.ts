export { formattedBody } from './formatted-body.ts';
export { instanceOf } from './instance.ts';
