import { describe, expect, test } from 'vitest';
import type { ChatRequest } from '../model/index.ts';
import { conversationOf, lineOf, problemsIn, requestOf, unsupportedIn } from '../testing/openai-lines.ts';

const call = (id: string, name = 'weather', text = '{"city":"Oslo"}') => ({
  id,
  type: 'function' as const,
  function: { name, arguments: text },
});
/** Turns in short: role, and a text or the kind of each block. */
const short = ({ turns }: ChatRequest) =>
  turns.map(({ role, content }) => [role, ...content.map((each) => (each.kind === 'text' ? each.text : each.kind))]);
const user = { role: 'user', content: 'hello' } as const;

describe('messages become instructions and turns', () => {
  test('a conversation of several turns keeps its texts and their order', () => {
    const request = conversationOf(
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    );
    expect(request).toEqual({
      system: [{ text: 'Be brief.' }],
      turns: [
        { role: 'user', content: [{ kind: 'text', text: 'a' }] },
        { role: 'assistant', content: [{ kind: 'text', text: 'b' }] },
        { role: 'user', content: [{ kind: 'text', text: 'c' }] },
      ],
    });
  });

  test('several instructions, of a developer too, are all told in their order, a list of parts as each of them', () => {
    const parts = [
      { type: 'text' as const, text: 'two' },
      { type: 'text' as const, text: 'three' },
    ];
    const request = conversationOf(
      { role: 'system', content: 'one' },
      { role: 'developer', content: parts },
      { role: 'system', content: '' },
      user,
    );
    expect(request.system).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
  });

  test('instructions behind the first turn are told before all, and it is said', () => {
    const body = { messages: [user, { role: 'system', content: 'late' }] };
    expect(requestOf(lineOf(body)).system).toEqual([{ text: 'late' }]);
    expect(unsupportedIn(body)).toEqual(['changed late_instructions messages[1]']);
  });

  test('instructions alone are a turn of the user, and it is said', () => {
    const body = { messages: [{ role: 'system', content: 'Tell a joke.' }] };
    expect(requestOf(lineOf(body))).toEqual({ turns: [{ role: 'user', content: [{ kind: 'text', text: 'Tell a joke.' }] }] });
    expect(unsupportedIn(body)).toEqual(['changed instructions_as_turn messages']);
  });

  test('turns of one role that follow each other are one turn', () => {
    const request = conversationOf(
      user,
      { role: 'user', content: 'two' },
      { role: 'assistant', content: 'three' },
      { role: 'assistant', content: 'four' },
      { role: 'user', content: 'five' },
    );
    expect(short(request)).toEqual([
      ['user', 'hello', 'two'],
      ['assistant', 'three', 'four'],
      ['user', 'five'],
    ]);
  });

  test('a conversation that the assistant begins gets a turn of the user before it, and it is said', () => {
    const body = { messages: [{ role: 'assistant', content: 'Hi!' }, user] };
    expect(short(requestOf(lineOf(body)))).toEqual([
      ['user', '.'],
      ['assistant', 'Hi!'],
      ['user', 'hello'],
    ]);
    expect(unsupportedIn(body)).toEqual(['changed first_turn_added messages']);
  });

  test('white space at the end of an answer that is to go on is left out, and elsewhere kept', () => {
    const request = conversationOf(user, { role: 'assistant', content: 'a \n' }, user, { role: 'assistant', content: '{ \n' });
    expect(short(request)).toEqual([
      ['user', 'hello'],
      ['assistant', 'a \n'],
      ['user', 'hello'],
      ['assistant', '{'],
    ]);
  });

  test.each<[string, object]>([
    ['an empty text', { role: 'user', content: '' }],
    ['white space', { role: 'user', content: ' \n\u00a0\u3000' }],
    ['a list of empty texts', { role: 'user', content: [{ type: 'text', text: '' }] }],
    ['an empty list', { role: 'user', content: [] }],
    ['an assistant that says nothing', { role: 'assistant', content: null }],
    ['an assistant with an empty list of calls', { role: 'assistant', content: '', tool_calls: [] }],
  ])('%s makes no turn, and it is said', (_, message) => {
    const body = { messages: [user, message] };
    expect(short(requestOf(lineOf(body)))).toEqual([['user', 'hello']]);
    expect(unsupportedIn(body)).toEqual(['changed empty_message messages[1]']);
  });

  test('a text in another script is not white space', () => {
    expect(short(conversationOf({ role: 'user', content: '\u00a0日本' }))).toEqual([['user', '\u00a0日本']]);
    expect(short(conversationOf({ role: 'user', content: '🙂' }))).toEqual([['user', '🙂']]);
  });

  test('what the assistant refused with is told as its text, and it is said', () => {
    const bodies = [
      { messages: [user, { role: 'assistant', content: null, refusal: 'No.' }, user] },
      { messages: [user, { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }, user] },
    ];
    for (const body of bodies) {
      expect(short(requestOf(lineOf(body)))).toEqual([
        ['user', 'hello'],
        ['assistant', 'No.'],
        ['user', 'hello'],
      ]);
      expect(unsupportedIn(body)).toEqual(['changed refusal_as_text messages[1]']);
    }
  });

  test('names, sounds and unknown fields of a message are left out, and said; fields that are null say nothing', () => {
    const messages = [
      { role: 'user', content: 'a', name: 'Ada', mood: 'good', tool_calls: null },
      { role: 'assistant', content: 'b', audio: { id: 'x' }, annotations: [], refusal: null, function_call: null },
      { role: 'user', content: 'c', tool_call_id: 'x' },
    ];
    expect(unsupportedIn({ messages })).toEqual([
      'left-out message_name messages[0].name',
      'left-out unknown_field messages[0].mood',
      'left-out assistant_audio messages[1].audio',
      'left-out unknown_field messages[2].tool_call_id',
    ]);
  });

  test.each<[string, unknown, readonly string[]]>([
    ['no list', 'hello', ['bad_type body.messages']],
    ['no messages', undefined, ['missing_field body.messages']],
    ['an empty list', [], ['no_messages body.messages']],
    ['empty texts only', [{ role: 'user', content: ' ' }], ['no_messages body.messages']],
    ['a message that is a text', ['hello'], ['bad_type body.messages[0]']],
    ['a message without a role', [{ content: 'x' }], ['missing_field body.messages[0].role']],
    ['an unknown role', [{ role: 'robot', content: 'x' }], ['unknown_role body.messages[0].role']],
    ['a user without content', [{ role: 'user', content: null }], ['missing_field body.messages[0].content']],
    ['a content that is a number', [{ role: 'user', content: 5 }], ['bad_type body.messages[0].content']],
    [
      'an image in instructions',
      [user, { role: 'system', content: [{ type: 'image_url' }] }],
      ['unknown_part body.messages[1].content[0].type'],
    ],
    ['a refusal that is no text', [user, { role: 'assistant', refusal: 5 }], ['bad_type body.messages[1].refusal']],
  ])('%s: refused, with its place', (_, messages, problems) => {
    expect(problemsIn({ messages })).toEqual(problems);
  });
});

describe('calls of tools and their results', () => {
  const tools = [{ type: 'function', function: { name: 'weather' } }];

  test('results are one turn of the user right behind their calls, before what the user says', () => {
    const request = requestOf(
      lineOf({
        tools,
        messages: [
          user,
          { role: 'assistant', content: 'I look.', tool_calls: [call('a'), call('b')] },
          { role: 'tool', tool_call_id: 'b', content: 'rain' },
          { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'sun' }] },
          user,
        ],
      }),
    );
    expect(request.turns.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { kind: 'text', text: 'I look.' },
          { kind: 'tool-use', at: 'messages[1].tool_calls[0]', id: 'a', name: 'weather', input: { city: 'Oslo' } },
          { kind: 'tool-use', at: 'messages[1].tool_calls[1]', id: 'b', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          { kind: 'tool-result', at: 'messages[2]', id: 'b', content: [{ kind: 'text', text: 'rain' }] },
          { kind: 'tool-result', at: 'messages[3]', id: 'a', content: [{ kind: 'text', text: 'sun' }] },
          { kind: 'text', text: 'hello' },
        ],
      },
    ]);
  });

  test('what the assistant says behind its calls stands before them: the results come right behind', () => {
    const calling = { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] };
    const results = ['a', 'b'].map((id) => ({ role: 'tool', tool_call_id: id, content: 'x' }));
    const request = requestOf(
      lineOf({ tools, messages: [user, calling, { role: 'assistant', content: 'I look.' }, ...results] }),
    );
    expect(short(request)).toEqual([
      ['user', 'hello'],
      ['assistant', 'I look.', 'tool-use', 'tool-use'],
      ['user', 'tool-result', 'tool-result'],
    ]);
  });

  test('a call beside an empty text is no empty message', () => {
    const messages = [
      user,
      { role: 'assistant', content: '', tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content: '' },
    ];
    const request = requestOf(lineOf({ tools, messages }));
    expect(short(request)).toEqual([
      ['user', 'hello'],
      ['assistant', 'tool-use'],
      ['user', 'tool-result'],
    ]);
    expect(request.turns[2]?.content[0]).toMatchObject({ content: [] });
    expect(unsupportedIn({ tools, messages })).toEqual([]);
  });

  test.each<[string, unknown, object, readonly string[]]>([
    ['no text at all', '', {}, []],
    ['null', null, {}, []],
    ['an object', '{"a":1}', { a: 1 }, []],
    ['an object that is no text', { a: 1 }, { a: 1 }, []],
    ['a list', '[1]', { rawInvalidInput: '[1]' }, ['changed arguments_wrapped messages[1].tool_calls[0].function.arguments']],
    [
      'half an object',
      '{"a":',
      { rawInvalidInput: '{"a":' },
      ['changed arguments_wrapped messages[1].tool_calls[0].function.arguments'],
    ],
  ])('arguments that are %s are an object', (_, given, input, unsupported) => {
    const messages = [
      user,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: given } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    expect(requestOf(lineOf({ tools, messages })).turns[1]?.content[0]).toMatchObject({ input });
    expect(unsupportedIn({ tools, messages })).toEqual(unsupported);
  });

  test('ids that a service refuses, and ids that come twice, are replaced in the call and in its result', () => {
    const turn = (id: string) => [
      { role: 'assistant', content: null, tool_calls: [call(id)] },
      { role: 'tool', tool_call_id: id, content: id },
    ];
    const request = requestOf(
      lineOf({ tools, messages: [user, ...turn('ok-1'), ...turn('a b'), ...turn('ok-1'), ...turn('x'.repeat(65))] }),
    );
    const ids = (kind: string) =>
      request.turns.flatMap(({ content }) => content.flatMap((each) => (each.kind === kind && 'id' in each ? [each.id] : [])));
    expect(ids('tool-use')).toEqual(ids('tool-result'));
    expect(ids('tool-use')[0]).toBe('ok-1');
    expect(new Set(ids('tool-use')).size).toBe(4);
    for (const id of ids('tool-use')) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  test('deprecated function calls are calls, and their messages the results, by name', () => {
    const messages = [
      user,
      { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{}' } },
      { role: 'function', name: 'weather', content: 'sun' },
    ];
    const request = requestOf(lineOf({ functions: [{ name: 'weather' }], function_call: { name: 'weather' }, messages }));
    expect(request.turns.slice(1).map(({ content }) => content[0])).toMatchObject([
      { kind: 'tool-use', id: 'function_1', name: 'weather', input: {} },
      { kind: 'tool-result', id: 'function_1', content: [{ kind: 'text', text: 'sun' }] },
    ]);
    expect(request.tools).toEqual([{ at: 'functions[0]', name: 'weather', parameters: { type: 'object', properties: {} } }]);
    expect(request.toolChoice).toEqual({ kind: 'tool', name: 'weather' });
  });

  test('tools that only the conversation calls are told, may not be called again, and it is said', () => {
    const messages = [user, { role: 'assistant', tool_calls: [call('a')] }, { role: 'tool', tool_call_id: 'a', content: 'sun' }];
    const request = requestOf(lineOf({ messages }));
    expect(request.tools).toMatchObject([{ name: 'weather', parameters: { type: 'object' } }]);
    expect(request.toolChoice).toEqual({ kind: 'none' });
    expect(unsupportedIn({ messages })).toEqual(['changed tools_of_history messages']);
  });

  const asked = { role: 'assistant', content: null, tool_calls: [call('a')] };
  test.each<[string, readonly object[], readonly string[]]>([
    ['a call that ends the messages', [user, asked], ['unanswered_tool_call body.messages[1].tool_calls[0]']],
    ['a call that the user talks over', [user, asked, user], ['unanswered_tool_call body.messages[1].tool_calls[0]']],
    [
      'one of two calls answered',
      [user, { ...asked, tool_calls: [call('a'), call('b')] }, { role: 'tool', tool_call_id: 'a', content: 'x' }, user],
      ['unanswered_tool_call body.messages[1].tool_calls[1]'],
    ],
    ['a result of no call', [user, { role: 'tool', tool_call_id: 'z', content: 'x' }], ['unknown_tool_call body.messages[1]']],
    [
      'a call answered twice',
      [user, asked, { role: 'tool', tool_call_id: 'a', content: 'x' }, { role: 'tool', tool_call_id: 'a', content: 'y' }],
      ['unknown_tool_call body.messages[3]'],
    ],
    [
      'a result that comes late',
      [
        user,
        asked,
        { role: 'tool', tool_call_id: 'a', content: 'x' },
        { role: 'assistant', content: 'b' },
        { role: 'tool', tool_call_id: 'a', content: 'y' },
      ],
      ['unknown_tool_call body.messages[4]'],
    ],
    ['a result without an id', [user, { role: 'tool', content: 'x' }], ['missing_field body.messages[1].tool_call_id']],
    [
      'a function that was not called',
      [user, { role: 'function', name: 'f', content: 'x' }],
      ['unknown_tool_call body.messages[1]'],
    ],
    ['calls that are no list', [user, { role: 'assistant', tool_calls: {} }], ['bad_type body.messages[1].tool_calls']],
    [
      'a call without an id',
      [user, { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f' } }] }],
      ['missing_field body.messages[1].tool_calls[0].id'],
    ],
    [
      'a call of a custom tool',
      [user, { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: {} }] }],
      ['hosted_tool body.messages[1].tool_calls[0].type'],
    ],
    [
      'a call by a name that no tool can have',
      [user, { role: 'assistant', tool_calls: [call('a', 'a b')] }, { role: 'tool', tool_call_id: 'a', content: 'x' }],
      ['bad_tool_name body.messages[1].tool_calls[0].function.name'],
    ],
  ])('%s: refused, with its place', (_, messages, problems) => {
    expect(problemsIn({ messages, tools })).toEqual(problems);
  });
});
