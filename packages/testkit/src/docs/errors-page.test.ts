import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { errorsPage } from './errors-page.ts';

describe('the page of errors', () => {
  it('is what the catalogue says (npm run docs:errors)', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8')).toBe(errorsPage());
  });

  it('has a place for every code', () => {
    const page = errorsPage();
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(page).toContain(`### ${code}\n`);
  });
});
