import { errorsPage } from './errors-page.ts';
import { localBedrockPage } from './local-bedrock-page.ts';
import { modelsPage } from './models-page.ts';
import { openaiPage } from './openai-page.ts';
import { reliabilityPage } from './reliability-page.ts';

/** Pages of `docs/` that are written from the code, or in part, by file name. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'errors.md': errorsPage,
  'local-bedrock.md': localBedrockPage,
  'models.md': modelsPage,
  'openai.md': openaiPage,
  'reliability.md': reliabilityPage,
};
