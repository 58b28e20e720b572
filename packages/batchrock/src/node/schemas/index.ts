export { ajvSchemas } from './schemas.ts';
