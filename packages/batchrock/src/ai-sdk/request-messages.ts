import { Buffer } from 'node:buffer';
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
  SharedV4Warning,
} from '@ai-sdk/provider';

type Warn = (warning: SharedV4Warning) => void;

/** A prompt as the messages of a chat completion. */
export function messagesOf(prompt: LanguageModelV4Prompt, warn: Warn): readonly object[] {
  return prompt.flatMap((message) => writtenMessages(message, warn));
}

function writtenMessages(message: LanguageModelV4Message, warn: Warn): readonly object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [
        {
          role: 'user',
          content: message.content.flatMap((part) => (part.type === 'text' ? [textPart(part.text)] : filePart(part, warn))),
        },
      ];
    case 'assistant':
      return [assistantMessage(message.content, warn)];
    case 'tool':
      return message.content.flatMap((part) => {
        if (part.type === 'tool-result') return [toolMessage(part, warn)];
        warn(unsupported(part.type, 'left out'));
        return [];
      });
  }
}

function assistantMessage(parts: Extract<LanguageModelV4Message, { readonly role: 'assistant' }>['content'], warn: Warn): object {
  const texts: string[] = [];
  const calls: object[] = [];
  for (const part of parts) {
    if (part.type === 'text') texts.push(part.text);
    else if (part.type === 'tool-call') {
      const { toolCallId: id, toolName: name, input } = part;
      calls.push({ id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } });
    } else warn(unsupported(`${part.type} of the assistant`, 'left out: it is not told to the model again'));
  }
  return {
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : texts.join(''),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function toolMessage({ toolCallId, output }: LanguageModelV4ToolResultPart, warn: Warn): object {
  return { role: 'tool', tool_call_id: toolCallId, content: resultText(output, warn) };
}

function resultText(output: LanguageModelV4ToolResultPart['output'], warn: Warn): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'json':
    case 'error-json':
      return JSON.stringify(output.value);
    case 'execution-denied':
      return output.reason ?? 'the call was not allowed';
    case 'content':
      return output.value
        .flatMap((part) => {
          if (part.type === 'text') return [part.text];
          warn(unsupported(`${part.type} in the result of a tool`, 'left out'));
          return [];
        })
        .join('\n');
  }
}

function textPart(text: string): object {
  return { type: 'text', text };
}

function filePart({ data, mediaType, filename }: LanguageModelV4FilePart, warn: Warn): readonly object[] {
  if (data.type === 'text') return [textPart(data.text)];
  const [kind] = mediaType.split('/', 1);
  if (data.type === 'url' && kind === 'image') return [{ type: 'image_url', image_url: { url: data.url.href } }];
  if (data.type !== 'data') {
    warn(unsupported(`${mediaType} by ${data.type}`, 'left out: give the bytes'));
    return [];
  }
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  if (kind === 'image') {
    // which kind of image it is, where only that it is one was said, is told from its first bytes when the line is read
    const full = /^image\/[^*]/.test(mediaType) ? mediaType : 'image/png';
    return [{ type: 'image_url', image_url: { url: `data:${full};base64,${base64}` } }];
  }
  if (kind === 'audio') {
    return [{ type: 'input_audio', input_audio: { data: base64, format: mediaType === 'audio/wav' ? 'wav' : 'mp3' } }];
  }
  return [{ type: 'file', file: { filename: filename ?? 'document', file_data: `data:${mediaType};base64,${base64}` } }];
}

function unsupported(feature: string, details: string): SharedV4Warning {
  return { type: 'unsupported', feature, details };
}
