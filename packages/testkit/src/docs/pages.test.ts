import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE, MODEL_CATALOGUE } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { PAGES } from './pages.ts';

describe('the pages that are written from the code', () => {
  it.each(Object.entries(PAGES))('%s is what the code says (npm run docs)', (name, page) => {
    expect(readFileSync(join(import.meta.dirname, '../../../../docs', name), 'utf8')).toBe(page());
  });

  it('have a place for every error code and every model', () => {
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(PAGES['errors.md']?.()).toContain(`### ${code}\n`);
    for (const model of MODEL_CATALOGUE) expect(PAGES['models.md']?.()).toContain(`\`${model.id}\``);
  });
});
