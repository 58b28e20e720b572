export { readStack, type Stack } from './assembly.ts';
export { isRecord, type Json, type Template, type TemplateResource } from './document.ts';
export { holds, resolve, type Scope } from './intrinsics.ts';
export { inOrder } from './order.ts';
