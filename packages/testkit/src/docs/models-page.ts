import {
  batchPrice,
  DEFAULT_LIMITS,
  describeParam,
  FAMILIES,
  MODEL_CATALOGUE,
  type ModelEntry,
  type Price,
} from '@batchrock/core';

/** `docs/models.md`, from the catalogue of core/model. */
export function modelsPage(): string {
  return [
    '# Models and parameters',
    '',
    '<!-- Written by `npm run docs` from packages/core/src/model/ -->',
    '',
    'Give a plain id (`amazon.nova-micro-v1:0`), the id of a cross-Region profile (`us.amazon.nova-micro-v1:0`) or an ARN of any',
    'partition. There is no API that tells which models take batch jobs, so the list below is a hint, and Bedrock has the last',
    'word. `batchrock models` prints the same list, `batchrock models ID` what is known of one, and `--available --region NAME` asks',
    'Bedrock which of them a Region offers. An id that is not in it runs with `--family NAME`, or `--invocation-type converse` for any chat model, with a warning.',
    '',
    '## Other prices, limits and models',
    '',
    'Prices and limits change, and accounts have quotas of their own. `--catalogue FILE` (`models`, `plan`, `run`, `validate`, `simulate`) puts a',
    'JSON file over what is known: an entry of a known id changes the fields that it names, `null` takes one away, and an entry of',
    'a new id adds a model, with the family that it is spoken to as. What a run was begun with stays with it.',
    '',
    '```json',
    '{',
    '  "models": [',
    '    { "id": "amazon.nova-lite-v1:0", "price": { "input": 0.06, "output": 0.24, "date": "2026-11-22" }, "limits": { "maxJobs": 20 } },',
    '    { "id": "acme.chat-1", "family": "converse", "native": "openai-shaped", "profiles": ["us"], "traits": { "media": ["image"] } }',
    '  ]',
    '}',
    '```',
    '',
    'Prices are USD per million tokens on demand, and need their day; `batch` beside them is for prices that are not the half. Fields',
    'of an entry: `name`, `family` (of prompts), `native` (of jobs of type `InvokeModel`), `direct`, `profiles`, `limits`, `price`,',
    '`geographicPrice` (`us.`, `eu.` and the like), `traits`, `refused`. `batchrock models ID --json` shows them all.',
    '',
    '## Limits of an account',
    '',
    '`run` and `plan` ask Service Quotas which limits an account and Region have for the model: jobs at once, records and bytes of a job.',
    'Where they are others than the catalogue’s, they hold, and a notice says which. They are asked for once a day; the answer lies in the',
    'folder `account` of the state directory. Where the caller may not read them (`servicequotas:ListServiceQuotas`, which the policy of',
    '[`setup`](setup.md) allows), nobody answers within ten seconds, or a model is not listed, the catalogue’s hold. `--slots` and the limits of',
    '`--catalogue FILE` come before both. A [stack](batch-orchestrator.md) goes by its own setting and the catalogue.',
    '',
    'The ARN of an application inference profile does not tell its model. `run` and `plan` ask Bedrock (`bedrock:GetInferenceProfile`, which',
    '`setup --model ARN` allows beside the model itself), once for each profile, and take family, limits, price and slots of that model. Where',
    'nobody can be asked, as with the local Bedrock that a command brings along, in `validate`, with `--split-models` and a stack, `--family NAME` says how',
    'the model is spoken to; its limits are the usual ones then, and its price is unknown.',
    '',
    '## Families and their parameters',
    '',
    '`--param NAME=VALUE`, as often as needed. Names are the same in every family; what a family does not take is refused before',
    'anything is sent.',
    '',
    ...FAMILIES.flatMap((family) => [
      `### ${family.name}`,
      '',
      `Makes ${family.task === 'text' ? 'text' : 'an embedding'}; jobs are of type \`${family.invocationType}\`.`,
      '',
      ...family.params.map((spec) => `- \`${describeParam(spec).replace(' (', '` (')}: ${spec.about}`),
      '',
    ]),
    '## Limits',
    '',
    `Unless a model says otherwise ([AWS General Reference](${DEFAULT_LIMITS.source}), read on ${DEFAULT_LIMITS.date}): ` +
      `${count(DEFAULT_LIMITS.minRecords)} to ${count(DEFAULT_LIMITS.maxRecords)} records in a job, ` +
      `${DEFAULT_LIMITS.maxFileBytes / 1e9} GB a file, ${DEFAULT_LIMITS.maxJobBytes / 1e9} GB a job, ` +
      `${DEFAULT_LIMITS.maxJobs} jobs at once in an account and Region.`,
    '',
    '## Models',
    '',
    'Prices are USD per million tokens in batch (input / output), on-demand prices halved; they are dated and may have changed.',
    'Geographic profiles (`us.`, `eu.`, …) cost more than `global.` where two prices stand. Where two families stand, prompts go',
    'through the first one, and `--invocation-type InvokeModel` through the second.',
    '',
    '| model | family | id | batch price | of |',
    '|---|---|---|---|---|',
    ...MODEL_CATALOGUE.filter((model) => !model.refused).map(row),
    '',
    'Known, and not usable here:',
    '',
    ...MODEL_CATALOGUE.filter((model) => model.refused).map((model) => `- ${model.name} (\`${model.id}\`): ${model.refused}`),
    '',
  ].join('\n');
}

function row(model: ModelEntry): string {
  const id = model.direct ? `\`${model.id}\`` : `\`${model.id}\`, by profile only`;
  const date = model.price?.date ?? '';
  return `| ${model.name} | ${families(model)} | ${id} | ${prices(model)} | ${date} |`;
}

function families({ family, native }: ModelEntry): string {
  return native === undefined ? family : `${family}, ${native}`;
}

function prices(model: ModelEntry): string {
  if (!model.price) return 'unknown';
  const plain = priceText(model.price);
  return model.geographicPrice ? `${plain}; geographic ${priceText(model.geographicPrice)}` : plain;
}

function priceText(price: Price): string {
  const batch = batchPrice(price);
  return `${batch.input} / ${batch.output}`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
