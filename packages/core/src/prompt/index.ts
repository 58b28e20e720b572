export { checkTemplate } from './check.ts';
export { renderTemplate } from './render.ts';
export { parseTemplate, type Template, type TemplatePosition, type TemplateSegment, templateColumns } from './template.ts';
