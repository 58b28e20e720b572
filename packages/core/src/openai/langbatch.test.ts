import { describe, expect, test } from 'vitest';
import { chatFamily, type JsonObject, resolveModel, type Unsupported } from '../model/index.ts';
import { lineOf, problemsIn, requestOf } from '../testing/openai-lines.ts';
import { hasTools } from './chat-body.ts';
import { readOpenAiLine } from './read-line.ts';
import { openAiResult } from './result-line.ts';

const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA = 'us.amazon.nova-pro-v1:0';

/** The body that a model is sent for messages, with tools in its own words. */
function bodyFor(model: string, body: object): JsonObject {
  const request = requestOf(lineOf(body));
  const resolved = resolveModel(model);
  const unsupported: Unsupported[] = [];
  return chatFamily(resolved, true).chat(request, resolved.traits ?? {}, (each) => unsupported.push(each));
}

const user = { role: 'user', content: 'hello' };
const text = (value: string, model: string) => (model === CLAUDE ? { type: 'text', text: value } : { text: value });
const tool = { type: 'function', function: { name: 'weather' } };
const PNG = 'data:image/png;base64,iVBORw0KGgo=';

/** Each of these goes wrong in LangBatch 0.3 on Bedrock; its number in the list of faults that was found stands before it. */
describe.each([CLAUDE, NOVA])('what goes wrong in LangBatch is right here: %s', (model) => {
  test('1: a plain turn of the assistant is told', () => {
    const body = bodyFor(model, { messages: [user, { role: 'assistant', content: 'Hi.' }, user] });
    expect(body['messages']).toMatchObject([
      { role: 'user', content: [text('hello', model)] },
      { role: 'assistant', content: [text('Hi.', model)] },
      { role: 'user', content: [text('hello', model)] },
    ]);
  });

  test('2: texts and images of a content of several parts are all told', () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: PNG } },
    ];
    const system = [{ type: 'text', text: 'Be brief.' }];
    const body = bodyFor(model, {
      messages: [
        { role: 'system', content: system },
        { role: 'user', content },
      ],
    });
    expect(JSON.stringify(body['system'])).toContain('Be brief.');
    expect(body['messages']).toMatchObject([
      {
        content: [
          text('What is this?', model),
          model === CLAUDE
            ? { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }
            : { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
        ],
      },
    ]);
  });

  test('3: an unknown role and a list of no messages are refused before anything is sent', () => {
    expect(problemsIn({ messages: [{ role: 'robot', content: 'x' }] })).toEqual(['unknown_role body.messages[0].role']);
    expect(problemsIn({ messages: [] })).toEqual(['no_messages body.messages']);
  });

  test('4: the model may be left out', () => {
    expect(readOpenAiLine(lineOf({ messages: [user] })).line).not.toHaveProperty('model');
  });

  test('5: a temperature of 0 is told', () => {
    expect(JSON.stringify(bodyFor(model, { messages: [user], temperature: 0 }))).toContain('"temperature":0');
    expect(JSON.stringify(bodyFor(model, { messages: [user], top_p: 0 }))).toMatch(/"top_?[pP]":0/);
  });

  test('6: a stop that is one text is a list of one', () => {
    expect(JSON.stringify(bodyFor(model, { messages: [user], stop: 'END' }))).toMatch(/"stop_?[sS]equences":\["END"\]/);
  });

  test('7: no parallel calls means no parallel calls', () => {
    const body = (parallel: boolean) =>
      JSON.stringify(bodyFor(model, { messages: [user], tools: [tool], parallel_tool_calls: parallel }));
    expect(body(true)).not.toContain('"disable_parallel_tool_use":true');
    if (model === CLAUDE) expect(body(false)).toContain('"disable_parallel_tool_use":true');
  });

  test('8: a tool needs neither a description nor parameters', () => {
    const body = JSON.stringify(bodyFor(model, { messages: [user], tools: [tool] }));
    expect(body).toContain('"name":"weather"');
    expect(body).toContain('{"type":"object","properties":{}}');
    expect(body).not.toContain('description');
  });

  test('9: max_completion_tokens is the length of the answer', () => {
    expect(JSON.stringify(bodyFor(model, { messages: [user], max_completion_tokens: 4321 }))).toMatch(/"max_?[tT]okens":4321/);
  });

  test('10: what a developer says is told with the instructions', () => {
    const body = bodyFor(model, { messages: [{ role: 'developer', content: 'Be brief.' }, user] });
    expect(JSON.stringify(body['system'])).toContain('Be brief.');
    expect(JSON.stringify(body['messages'])).not.toContain('developer');
  });

  test.each(['sunny', '[1, 2]', '5', '{"sky": "blue"}'])('11: a result of a tool may be any text: %s', (result) => {
    const messages = [
      user,
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: result },
    ];
    const turns = bodyFor(model, { messages, tools: [tool] })['messages'] as readonly { content: readonly JsonObject[] }[];
    const told = turns[2]!.content[0]!;
    if (model === CLAUDE) expect(told).toMatchObject({ type: 'tool_result', tool_use_id: 'a' });
    else expect(told).toMatchObject({ toolResult: { toolUseId: 'a' } });
    // as text or, where it is an object, as JSON: never a list or a number as JSON, which the service refuses
    expect(JSON.stringify(told)).not.toMatch(/"json":[^{]/);
    expect(JSON.stringify(told).replaceAll(/[\\ ]/g, '')).toContain(result.replaceAll(' ', ''));
  });

  test('12: two messages of instructions are both told', () => {
    const system = ['one', 'two'].map((content) => ({ role: 'system', content }));
    const told = JSON.stringify(bodyFor(model, { messages: [...system, user] })['system']);
    expect(told).toContain('one');
    expect(told).toContain('two');
  });

  test('13: turns alternate, and none is empty', () => {
    const body = bodyFor(model, { messages: [user, { role: 'user', content: '' }, user, { role: 'assistant', content: 'Hi.' }] });
    expect(body['messages']).toMatchObject([
      { role: 'user', content: [text('hello', model), text('hello', model)] },
      { role: 'assistant', content: [text('Hi.', model)] },
    ]);
  });

  test('14: a record that failed is one line of the errors, and costs no other line', () => {
    const line = (customId: string) => ({ customId, recordId: `r-${customId}`, endpoint: 'chat' as const, model, created: 1 });
    const reply = { text: 'yes', toolCalls: [], finish: 'stop' as const, stopReason: 'end_turn' };
    const results = [
      openAiResult(line('a'), [{ kind: 'reply', reply }]),
      openAiResult(line('b'), [{ kind: 'failed', code: '400', message: 'no' }]),
      openAiResult(line('c'), [{ kind: 'reply', reply }]),
    ];
    expect(results.map(({ file, line: { custom_id } }) => `${file} ${custom_id}`)).toEqual(['output a', 'errors b', 'output c']);
  });
});

test('a request is said to have tools where a tool is among its messages alone', () => {
  expect(hasTools(requestOf(lineOf({ messages: [user] })))).toBe(false);
  const calls = [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }];
  const messages = [user, { role: 'assistant', tool_calls: calls }, { role: 'tool', tool_call_id: 'a', content: 'x' }];
  expect(hasTools(requestOf(lineOf({ messages })))).toBe(true);
});
