// How to speak to a model that Batchrock does not know: one that was imported into Bedrock, say, with a body of its own.
//
//   batchrock run reviews.csv --model acme.in-house-v1:0 --family ./examples/families/in-house.js \
//     --prompt "Classify the sentiment of: {text}" --param max_tokens=20
import { defineFamily } from 'batchrock';

export default defineFamily({
  name: 'in-house',
  params: [
    { name: 'max_tokens', kind: 'integer', min: 1, byDefault: 256, about: 'most tokens of an answer' },
    { name: 'tone', kind: 'word', words: ['plain', 'formal'], about: 'how it answers' },
  ],

  // the body of one record; what is thrown here rejects the row, and the message stands in its error_message
  request({ text, system, params }) {
    if (text.length > 8000) throw new Error(`the text has ${text.length} characters; the model reads 8000`);
    const tone = params.tone === 'formal' ? 'Answer formally.' : '';
    const instructions = [system, tone].filter((part) => part).join(' ');
    const messages = [{ role: 'user', content: text }];
    if (instructions !== '') messages.unshift({ role: 'system', content: instructions });
    return { messages, max_tokens: params.max_tokens };
  },

  // what stands in a `modelOutput`; undefined for what is no answer of this model
  answer(output) {
    const choice = output?.choices?.[0];
    if (choice === undefined) return undefined;
    if (choice.message.content === null) throw new Error(`the model refused: ${choice.message.refusal}`);
    return {
      text: choice.message.content,
      stopReason: choice.finish_reason,
      inputTokens: output.usage?.prompt_tokens,
      outputTokens: output.usage?.completion_tokens,
    };
  },
});
