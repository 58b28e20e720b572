import type { JsonObject } from '@batchrock/core';
import { calledWith, chooses, inOrder, notInSilence, offers, offersWithoutParameters, parallel, says } from './asks.ts';
import type { Draw } from './draw.ts';
import { type Ask, chat, type Feature, type ModelKey } from './feature.ts';
import { twice } from './features-messages.ts';

/** The models that InvokeModel can be given tools for; Converse fails each record that has any. */
const CALLS: readonly ModelKey[] = ['claude', 'nova', 'gpt-oss', 'mistral'];
/** Their jobs refuse tools: one text is all that InvokeModel takes of them. */
const TEXT_ONLY: readonly ModelKey[] = ['llama'];

interface DrawnTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly tool: JsonObject;
  readonly asks: readonly Ask[];
}

function tool(draw: Draw, parameters: JsonObject = openSchema(draw)): DrawnTool {
  const [name, description] = [draw.name(), draw.text()];
  const asks = [offers(name, description, parameters)];
  return { name, description, parameters, asks, tool: { type: 'function', function: { name, description, parameters } } };
}

function openSchema(draw: Draw): JsonObject {
  const { additionalProperties: _, ...schema } = draw.schema();
  return schema;
}

/** A question, a call, its result and the next question. */
function talk(draw: Draw, result: string, more: { readonly content?: string; readonly arguments?: string } = {}) {
  const [asked, next, id, name] = [draw.text(), draw.text(), draw.callId(), draw.name()];
  const input: JsonObject = more.arguments === undefined ? { q: draw.text() } : {};
  const call = { id, type: 'function', function: { name, arguments: more.arguments ?? JSON.stringify(input) } };
  const messages: readonly JsonObject[] = [
    { role: 'user', content: asked },
    { role: 'assistant', content: more.content ?? null, tool_calls: [call] },
    { role: 'tool', tool_call_id: id, content: result },
    { role: 'user', content: next },
  ];
  const parameters: JsonObject = { type: 'object', properties: { q: { type: 'string' } } };
  const tools = [{ type: 'function', function: { name, description: draw.text(), parameters } }];
  return {
    messages,
    tools,
    call,
    texts: [asked, result, next],
    asks: [calledWith(name, input, result), says('user', asked), says('user', next)],
  };
}

const asked = (name: string, variants: Feature['variants'], impossible: readonly ModelKey[] = []): Feature => ({
  name,
  on: [...CALLS, ...TEXT_ONLY],
  impossible: [...TEXT_ONLY, ...impossible],
  hasTools: true,
  variants,
});

/** Tools, calls and results. */
export const TOOLS: readonly Feature[] = [
  asked('a tool', (draw) =>
    twice(() => {
      const { tool: one, asks } = tool(draw);
      return chat({ messages: [draw.user()], tools: [one] }, ...asks, chooses('auto'));
    }),
  ),
  asked('several tools', (draw) => {
    const tools = [tool(draw), tool(draw), tool(draw)];
    return [chat({ messages: [draw.user()], tools: tools.map((each) => each.tool) }, ...tools.flatMap((each) => each.asks))];
  }),
  asked('a tool without a description', (draw) =>
    twice(() => {
      const { name, parameters } = tool(draw);
      const one = { type: 'function', function: { name, parameters } };
      return chat({ messages: [draw.user()], tools: [one] }, offers(name, undefined, parameters));
    }),
  ),
  asked('a tool without parameters', (draw) => {
    const { name, description } = tool(draw);
    const one = { type: 'function', function: { name, description } };
    return [chat({ messages: [draw.user()], tools: [one] }, offersWithoutParameters(name))];
  }),
  asked('`$defs`, `enum` and `additionalProperties` in its schema', (draw) =>
    twice(() => {
      const parameters: JsonObject = {
        type: 'object',
        properties: { a: { $ref: '#/$defs/b' }, c: { type: 'array', items: { type: 'integer', minimum: 0 } } },
        required: ['a'],
        additionalProperties: false,
        $defs: { b: { type: 'string', enum: ['x', draw.name()] } },
      };
      const { tool: one, asks } = tool(draw, parameters);
      return chat({ messages: [draw.user()], tools: [one] }, ...asks);
    }),
  ),
  asked('`strict` of a tool', (draw) => {
    const { name, description, parameters } = tool(draw, draw.schema());
    const one = { type: 'function', function: { name, description, parameters, strict: true } };
    return [chat({ messages: [draw.user()], tools: [one] }, offers(name, description, parameters))];
  }),
  asked('`tool_choice` auto and required', (draw) =>
    [
      ['auto', 'auto'],
      ['required', 'any'],
    ].map(([said, choice]) => {
      const { tool: one } = tool(draw);
      return chat({ messages: [draw.user()], tools: [one], tool_choice: said! }, chooses(choice!));
    }),
  ),
  asked('`tool_choice` none', (draw) => [
    chat({ messages: [draw.user()], tools: [tool(draw).tool], tool_choice: 'none' }, chooses('none')),
  ]),
  asked('`tool_choice` of one tool', (draw) => {
    const [one, two] = [tool(draw), tool(draw)];
    const choice = { type: 'function', function: { name: one.name } };
    const body = { messages: [draw.user()], tools: [one.tool, two.tool], tool_choice: choice };
    // who has no word for one tool offers that one alone and forces it
    return [
      chat(body, (reading) =>
        reading.choice === 'any' && reading.tools.length === 1 ? one.asks[0]!(reading) : chooses(`tool ${one.name}`)(reading),
      ),
    ];
  }),
  asked(
    '`parallel_tool_calls` false',
    (draw) => [chat({ messages: [draw.user()], tools: [tool(draw).tool], parallel_tool_calls: false }, parallel(false))],
    ['nova', 'mistral'],
  ),
  asked('`parallel_tool_calls` true', (draw) => [
    chat({ messages: [draw.user()], tools: [tool(draw).tool], parallel_tool_calls: true }, parallel(true)),
  ]),
  asked('a result that is plain text', (draw) =>
    twice(() => {
      const { messages, tools, asks } = talk(draw, draw.text());
      return chat({ messages, tools }, ...asks);
    }),
  ),
  asked('a result that is JSON: an object, a list, a number', (draw) =>
    ['{"temperature":21.5}', '[1,"two"]', '42'].map((result) => {
      const { messages, tools, asks } = talk(draw, result);
      return chat({ messages, tools }, ...asks);
    }),
  ),
  asked('a text beside a call', (draw) => {
    const content = draw.text();
    const { messages, tools, asks } = talk(draw, draw.text(), { content });
    return [chat({ messages, tools }, ...asks, says('assistant', content))];
  }),
  asked('a call without arguments (`""`)', (draw) => {
    const { messages, tools, asks } = talk(draw, draw.text(), { arguments: '' });
    return [chat({ messages, tools }, ...asks)];
  }),
  asked('two calls and their results, in another order', (draw) => {
    const [a, b] = [talk(draw, draw.text()), talk(draw, draw.text())];
    const calls = { role: 'assistant', content: null, tool_calls: [a.call, b.call] };
    const messages = [a.messages[0]!, calls, b.messages[2]!, a.messages[2]!];
    return [chat({ messages, tools: [...a.tools, ...b.tools] }, a.asks[0]!, b.asks[0]!)];
  }),
  asked('tools among the messages alone', (draw) => {
    const { messages, asks } = talk(draw, draw.text());
    return [chat({ messages }, ...asks)];
  }),
  asked('`functions` and `function_call`', (draw) => {
    const { name, description, parameters, asks } = tool(draw);
    const body = { messages: [draw.user()], functions: [{ name, description, parameters }], function_call: { name } };
    return [
      chat(body, ...asks, (reading) => {
        const isForced = reading.choice === `tool ${name}` || (reading.choice === 'any' && reading.tools.length === 1);
        return isForced ? undefined : `function_call becomes ${reading.choice ?? 'auto'}`;
      }),
    ];
  }),
  {
    name: 'a tool that runs at OpenAI',
    on: ['claude', 'nova', 'mistral'],
    impossible: ['claude', 'nova', 'mistral'],
    hasTools: true,
    variants: (draw) => [chat({ messages: [draw.user()], web_search_options: {} }, notInSilence('the search'))],
  },
  asked('an order of turns around a call', (draw) => {
    const { messages, tools, asks, texts } = talk(draw, draw.text());
    return [chat({ messages, tools }, ...asks, inOrder(...texts))];
  }),
];
