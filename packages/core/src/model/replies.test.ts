import { describe, expect, it } from 'vitest';
import { ANSWER_TOOL } from './answer-format.ts';
import { familyNamed } from './families.ts';

const anthropic = familyNamed('anthropic').reply!;
const nova = familyNamed('nova').reply!;

describe('replies of Claude', () => {
  it('have texts, thoughts, calls and the tokens of the whole request', () => {
    expect(
      anthropic({
        id: 'msg_1',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'redacted_thinking', data: 'x' },
          { type: 'text', text: 'one ' },
          { type: 'text', text: 'two' },
          { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Rome' } },
        ],
        stop_reason: 'tool_use',
        usage: {
          input_tokens: 5,
          output_tokens: 7,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 20,
          output_tokens_details: { thinking_tokens: 3 },
        },
      }),
    ).toEqual({
      id: 'msg_1',
      text: 'one two',
      toolCalls: [{ id: 't1', name: 'weather', input: { city: 'Rome' } }],
      reasoning: 'hm',
      finish: 'tool_calls',
      stopReason: 'tool_use',
      usage: { input: 125, output: 7, cacheRead: 100, cacheWrite: 20, reasoning: 3 },
    });
  });

  it('are the answer itself when the tool that stands for a schema was called', () => {
    const content = [{ type: 'tool_use', id: 't', name: ANSWER_TOOL, input: { a: 1 } }];
    expect(anthropic({ content, stop_reason: 'tool_use' })).toEqual({
      text: '{"a":1}',
      toolCalls: [],
      finish: 'stop',
      stopReason: 'tool_use',
    });
    expect(anthropic({ content, stop_reason: 'max_tokens' })?.finish).toBe('length');
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['pause_turn', 'length'],
    ['refusal', 'refusal'],
    ['constructor', 'stop'],
  ])('end for the reason %s as %s', (stop_reason, finish) => {
    expect(anthropic({ content: [], stop_reason })).toEqual({ toolCalls: [], finish, stopReason: stop_reason });
  });
});

describe('replies of Nova and Converse', () => {
  it('have texts, thoughts, calls and the tokens of the whole request', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { text: 'one ' },
      { citationsContent: { content: [{ text: 'two' }], citations: [] } },
      { toolUse: { toolUseId: 't1', name: 'weather', input: { city: 'Rome' } } },
    ];
    const usage = { inputTokens: 5, outputTokens: 7, totalTokens: 12, cacheReadInputTokens: 100, cacheWriteInputTokens: 20 };
    const reply = {
      text: 'one two',
      toolCalls: [{ id: 't1', name: 'weather', input: { city: 'Rome' } }],
      reasoning: 'hm',
      finish: 'tool_calls',
      stopReason: 'tool_use',
      usage: { input: 125, output: 7, cacheRead: 100, cacheWrite: 20 },
    };
    expect(nova({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage })).toEqual(reply);
    const invoked = { inputTokens: 5, outputTokens: 7, cacheReadInputTokenCount: 100, cacheWriteInputTokenCount: 20 };
    expect(nova({ output: { message: { content } }, stopReason: 'tool_use', usage: invoked })).toEqual(reply);
  });

  it.each([
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['malformed_model_output', 'malformed'],
    ['malformed_tool_use', 'malformed'],
    ['model_context_window_exceeded', 'length'],
  ])('end for the reason %s as %s', (stopReason, finish) => {
    expect(nova({ output: { message: { content: [] } }, stopReason })).toEqual({ toolCalls: [], finish, stopReason });
  });
});

it.each([null, undefined, 'text', 7, [], {}, { content: 'x' }, { output: {} }])('no reply is found in %j', (modelOutput) => {
  for (const read of [anthropic, nova]) expect(read(modelOutput)).toBeUndefined();
});
