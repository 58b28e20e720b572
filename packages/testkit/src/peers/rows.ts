import type { JsonObject, JsonValue } from '@batchrock/core';
import { createDraw } from './draw.ts';
import { type AskedLine, type Feature, MODELS, type ModelKey } from './feature.ts';
import { EMBEDDINGS } from './features-embeddings.ts';
import { ENDPOINTS, WRONG } from './features-endpoints.ts';
import { FIELDS } from './features-fields.ts';
import { MESSAGES } from './features-messages.ts';
import { TOOLS } from './features-tools.ts';

/** A heading of the table: features, on one model or some. */
export interface Section {
  readonly title: string;
  readonly models: readonly ModelKey[];
  readonly features: readonly Feature[];
}

/** A row of the table, and the lines that stand for it. */
export interface Row {
  readonly section: string;
  readonly name: string;
  /** What ours has to be. */
  readonly expected: 'right' | 'refused';
  readonly lines: readonly AskedLine[];
}

const CHATS = [...MESSAGES, ...FIELDS, ...TOOLS, ...ENDPOINTS];

/** Enough to see how a model is spoken to whose InvokeModel takes one text. */
const FEW = [
  ...[
    'a text of the user',
    '`system`',
    'turns of the assistant',
    'several texts in one message',
    '`max_tokens`',
    '`temperature` 0',
  ],
  ...['`stop` as a list', '`n`', '`seed`', '`response_format` json_schema', 'a tool', '`/v1/completions`', '`/v1/responses`'],
];

const SECTIONS: readonly Section[] = [
  { title: 'Claude Sonnet 4.5', models: ['claude'], features: CHATS },
  { title: 'Nova Pro, and Nova 2 Lite where it thinks', models: ['nova', 'nova-2'], features: CHATS },
  { title: 'gpt-oss-20b', models: ['gpt-oss'], features: CHATS },
  { title: 'Mistral Large (24.07)', models: ['mistral'], features: CHATS },
  { title: 'Llama 3.3 70B', models: ['llama'], features: CHATS.filter(({ name }) => FEW.includes(name)) },
  { title: 'Titan Text Embeddings V2', models: ['titan', 'claude', 'cohere'], features: EMBEDDINGS },
  { title: 'Titan Multimodal Embeddings', models: ['titan-image'], features: EMBEDDINGS },
  { title: 'Nova Multimodal Embeddings', models: ['nova-embed'], features: EMBEDDINGS },
  { title: 'Requests that cannot be right, to Claude and Nova', models: ['claude', 'nova'], features: WRONG },
];

const SEED = 20_261_122;

/** All rows, with their lines drawn: the same ones every time. */
export function drawRows(): readonly Row[] {
  let count = 0;
  return SECTIONS.flatMap(({ title, models, features }) =>
    features.flatMap((feature): readonly Row[] => {
      const on = models.filter((model) => feature.on.includes(model));
      if (on.length === 0) return [];
      const lines = on.flatMap((model) =>
        feature.variants(createDraw(SEED, `${feature.name}/${model}`)).map((variant): AskedLine => {
          const customId = `c${(count += 1)}`;
          const body = present({ model: MODELS[model], ...variant.body });
          const line: JsonObject = { custom_id: customId, method: 'POST', url: variant.url, body, ...variant.line };
          return { customId, model, feature, variant, line };
        }),
      );
      const isImpossible = on.every((model) => feature.impossible?.includes(model));
      return [{ section: title, name: feature.name, expected: isImpossible ? 'refused' : 'right', lines }];
    }),
  );
}

/** Without what is null at the top: an absent field. */
function present(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter((entry): entry is [string, JsonValue] => entry[1] !== null));
}
