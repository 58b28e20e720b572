import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { lineOf, problemsIn, requestOf, unsupportedIn } from '../testing/openai-lines.ts';

const url = '/v1/responses';

test('messages, calls and results of a response become turns', () => {
  const input: OpenAI.Responses.ResponseInput = [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'look' },
        { type: 'input_image', detail: 'low', image_url: 'data:image/webp;base64,AAAA' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0x' },
      ],
    },
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' },
    { type: 'function_call', call_id: 'b', name: 'f', arguments: '' },
    { type: 'function_call_output', call_id: 'a', output: 'one' },
    { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_image', image_url: 'data:image/webp;base64,AAAA' }] },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'done', annotations: [] }],
    },
    { role: 'user', content: 'thanks' },
  ];
  const tools: OpenAI.Responses.Tool[] = [{ type: 'function', name: 'f', parameters: null, strict: null }];
  const request = requestOf(lineOf({ input, tools }, url));
  expect(request.system).toEqual([{ text: 'Be brief.' }]);
  expect(request.turns).toEqual([
    {
      role: 'user',
      content: [
        { kind: 'text', text: 'look' },
        {
          kind: 'image',
          at: 'input[1].content[1]',
          mediaType: 'image/webp',
          source: { kind: 'bytes', base64: 'AAAA' },
          detail: 'low',
        },
        {
          kind: 'document',
          at: 'input[1].content[2]',
          mediaType: 'application/pdf',
          source: { kind: 'bytes', base64: 'JVBERi0x' },
          name: 'a.pdf',
        },
      ],
    },
    {
      role: 'assistant',
      content: [
        { kind: 'tool-use', at: 'input[2]', id: 'a', name: 'f', input: { x: 1 } },
        { kind: 'tool-use', at: 'input[3]', id: 'b', name: 'f', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { kind: 'tool-result', at: 'input[4]', id: 'a', content: [{ kind: 'text', text: 'one' }] },
        {
          kind: 'tool-result',
          at: 'input[5]',
          id: 'b',
          content: [
            { kind: 'image', at: 'input[5].output[0]', mediaType: 'image/webp', source: { kind: 'bytes', base64: 'AAAA' } },
          ],
        },
      ],
    },
    { role: 'assistant', content: [{ kind: 'text', text: 'done' }] },
    { role: 'user', content: [{ kind: 'text', text: 'thanks' }] },
  ]);
  expect(unsupportedIn({ input, tools }, url)).toEqual([]);
});

test('a result that is an empty text has no text', () => {
  const input = [
    { role: 'user', content: 'a' },
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '' },
    { type: 'function_call_output', call_id: 'a', output: ' ' },
  ];
  expect(requestOf(lineOf({ input }, url)).turns[2]?.content).toEqual([
    { kind: 'tool-result', at: 'input[2]', id: 'a', content: [] },
  ]);
});

test('what another model thought is left out, and said', () => {
  const input = [
    { role: 'user', content: 'a' },
    { type: 'reasoning', id: 'rs_1', summary: [] },
  ];
  expect(unsupportedIn({ input }, url)).toEqual(['left-out reasoning_item input[1]']);
});

test.each<[string, unknown, readonly string[]]>([
  ['nothing', undefined, ['missing_field body.input']],
  ['an empty text', '', ['no_messages body.input']],
  ['a number', 5, ['bad_type body.input']],
  ['an item that is a text', ['a'], ['bad_type body.input[0]']],
  ['an item that is stored', [{ type: 'item_reference', id: 'x' }], ['stored_state body.input[0]']],
  ['an item of a hosted tool', [{ type: 'web_search_call', id: 'x' }], ['unknown_item body.input[0].type']],
  ['a call without an id', [{ type: 'function_call', name: 'f', arguments: '' }], ['missing_field body.input[0].call_id']],
  ['a result without an output', [{ type: 'function_call_output', call_id: 'a' }], ['missing_field body.input[0].output']],
  [
    'a result of no call',
    [
      { role: 'user', content: 'a' },
      { type: 'function_call_output', call_id: 'a', output: '' },
    ],
    ['unknown_tool_call body.input[1]'],
  ],
  [
    'a file elsewhere',
    [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://example.com/a.pdf' }] }],
    ['media_not_fetched body.input[0].content[0].file_url'],
  ],
])('an input of %s is refused, with its place', (_, input, problems) => {
  expect(problemsIn({ input }, url)).toEqual(problems);
});
