export { parseCreateRequest } from './request.ts';
export { submit, type SubmitPorts } from './submit.ts';
