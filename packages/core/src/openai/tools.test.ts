import { describe, expect, test } from 'vitest';
import { lineOf, problemsIn, requestWith, unsupportedIn } from '../testing/openai-lines.ts';
import { readOpenAiLine } from './read-line.ts';

const messages = [{ role: 'user', content: 'hello' }];
const tool = (name: string, more: object = {}) => ({ type: 'function', function: { name, ...more } });
const tools = [tool('a'), tool('b')];
const named = (...names: string[]) => names.map((name) => ({ type: 'function', function: { name } }));

describe('tools', () => {
  test('a name is enough: no description and a schema of an object without properties', () => {
    expect(requestWith({ tools: [tool('a', { description: '' })] }).tools).toEqual([
      { at: 'tools[0]', name: 'a', parameters: { type: 'object', properties: {} } },
    ]);
  });

  test('a schema is told as it stands, definitions and closed objects included', () => {
    const parameters = {
      type: 'object',
      properties: { p: { $ref: '#/$defs/P' } },
      required: ['p'],
      additionalProperties: false,
      $defs: { P: { enum: [1, null] } },
    };
    expect(requestWith({ tools: [tool('a', { description: 'd', parameters, strict: true })] }).tools).toEqual([
      { at: 'tools[0]', name: 'a', description: 'd', parameters, strict: true },
    ]);
  });

  test('a schema without a type is one of an object', () => {
    const parameters = { properties: {} };
    expect(requestWith({ tools: [tool('a', { parameters })] }).tools?.[0]?.parameters).toEqual({
      type: 'object',
      properties: {},
    });
  });

  test('an empty list of tools is none', () => {
    expect(requestWith({ tools: [], tool_choice: 'auto', parallel_tool_calls: true })).not.toHaveProperty('tools');
    expect(requestWith({ tools: [], tool_choice: 'auto', parallel_tool_calls: true })).not.toHaveProperty('toolChoice');
  });

  test.each([
    ['auto', { kind: 'auto' }],
    ['none', { kind: 'none' }],
    ['required', { kind: 'any' }],
    [
      { type: 'function', function: { name: 'b' } },
      { kind: 'tool', name: 'b' },
    ],
  ])('a choice of %j is told as %j', (tool_choice, toolChoice) => {
    expect(requestWith({ tools, tool_choice }).toolChoice).toEqual(toolChoice);
  });

  test.each(['auto', 'required'])('tools that are not among the allowed ones are not told, mode %s', (mode) => {
    const request = requestWith({ tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode, tools: named('b') } } });
    expect(request.tools?.map(({ name }) => name)).toEqual(['b']);
    expect(request.toolChoice).toEqual({ kind: mode === 'auto' ? 'auto' : 'any' });
  });

  test('tools of a response have their fields beside the type, and so has the choice', () => {
    const flat = [
      { type: 'function', name: 'a', parameters: null, strict: null },
      { type: 'function', name: 'b', parameters: null, strict: true },
    ];
    const { line } = readOpenAiLine(
      lineOf({ input: 'x', tools: flat, tool_choice: { type: 'function', name: 'b' } }, '/v1/responses'),
    );
    expect(line?.requests).toMatchObject([
      {
        tools: [
          { at: 'tools[0]', name: 'a' },
          { at: 'tools[1]', name: 'b', strict: true },
        ],
        toolChoice: { kind: 'tool', name: 'b' },
      },
    ]);
  });

  const place = 'body.tools[0].function';
  test.each<[string, object, readonly string[]]>([
    ['no list', { tools: {} }, ['bad_type body.tools']],
    ['a tool that is a text', { tools: ['a'] }, ['bad_type body.tools[0]']],
    ['a tool without a type', { tools: [{ function: { name: 'a' } }] }, ['missing_field body.tools[0].type']],
    ['a tool that runs at OpenAI', { tools: [{ type: 'web_search' }] }, ['hosted_tool body.tools[0].type']],
    ['a custom tool', { tools: [{ type: 'custom', custom: { name: 'a' } }] }, ['hosted_tool body.tools[0].type']],
    ['a tool without a function', { tools: [{ type: 'function' }] }, ['missing_field body.tools[0].function']],
    ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, [`missing_field ${place}.name`]],
    ['an empty name', { tools: [tool('')] }, [`bad_tool_name ${place}.name`]],
    ['a name with a dot', { tools: [tool('a.b')] }, [`bad_tool_name ${place}.name`]],
    ['a name of 65 characters', { tools: [tool('a'.repeat(65))] }, [`bad_tool_name ${place}.name`]],
    ['a name in another script', { tools: [tool('ä')] }, [`bad_tool_name ${place}.name`]],
    ['one name twice', { tools: [tool('a'), tool('a')] }, ['duplicate_tool body.tools[1]']],
    ['parameters that are a text', { tools: [tool('a', { parameters: '{}' })] }, [`bad_type ${place}.parameters`]],
    [
      'parameters that are no object',
      { tools: [tool('a', { parameters: { type: 'string' } })] },
      [`bad_schema ${place}.parameters.type`],
    ],
    [
      'properties that are a list',
      { tools: [tool('a', { parameters: { type: 'object', properties: [] } })] },
      [`bad_schema ${place}.parameters.properties`],
    ],
    [
      'required names that are no texts',
      { tools: [tool('a', { parameters: { type: 'object', required: [['a']] } })] },
      [`bad_schema ${place}.parameters.required`],
    ],
    ['a description that is a number', { tools: [tool('a', { description: 5 })] }, [`bad_type ${place}.description`]],
    ['strictness that is a text', { tools: [tool('a', { strict: 'yes' })] }, [`bad_type ${place}.strict`]],
    ['a choice of an unknown tool', { tools, tool_choice: named('z')[0] }, ['unknown_tool body.tool_choice']],
    ['a choice that has no name', { tools, tool_choice: { type: 'function' } }, ['missing_field body.tool_choice.name']],
    ['a choice of another kind', { tools, tool_choice: { type: 'mcp' } }, ['bad_value body.tool_choice.type']],
    ['a choice that is no word', { tools, tool_choice: 'maybe' }, ['bad_value body.tool_choice']],
    ['a tool required and none there', { tool_choice: 'required' }, ['no_tools body.tool_choice']],
    [
      'an allowed tool that is not there',
      { tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: named('z') } } },
      ['unknown_tool body.tool_choice'],
    ],
  ])('%s: refused, with its place', (_, fields, problems) => {
    expect(problemsIn({ messages, ...fields })).toEqual(problems);
  });

  test('a schema that no serialiser could write is refused, not thrown upon', () => {
    const parameters = JSON.parse(`${'{"properties":'.repeat(20_000)}{}${'}'.repeat(20_000)}`) as object;
    expect(problemsIn({ messages, tools: [tool('a', { parameters })] })).toEqual([`too_deep ${place}.parameters`]);
  });

  test('what is not told of a tool is said', () => {
    expect(
      unsupportedIn({ messages, tools: [{ ...tool('a', { examples: [1] }), cache_control: { type: 'ephemeral' } }] }),
    ).toEqual(['left-out unknown_field tools[0].cache_control', 'left-out unknown_field tools[0].function.examples']);
  });
});
