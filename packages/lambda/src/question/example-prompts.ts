/**
 * The prompts that an orchestrator has without anybody putting them into its bucket: those of `examples/prompts`, by their ids.
 * A file of the same name in the bucket takes their place.
 */
export const EXAMPLE_PROMPTS: Readonly<Record<string, string>> = {
  joke_about_topic: `---
description: A short joke about a topic. Needs the column topic.
params:
  temperature: 1
  max_tokens: 120
---
Write one joke about {topic}. Keep it below fifty words, suitable for all ages, and give nothing but the joke.
`,
  question_answering: `---
description: A reasoned answer to a question, with one worked example. Needs the column source.
system: |
  You answer questions step by step.
  Put your reasoning between <thinking> tags and the answer alone between <answer> tags.
params:
  temperature: 0
  max_tokens: 1024
---
An example:

Question: A shelf holds 4 boxes with 6 cups each. Five cups are broken. How many are whole?
<thinking>
The boxes hold 4 times 6, which is 24 cups. Without the 5 broken ones, 24 - 5 = 19 are whole.
</thinking>
<answer>19</answer>

Now this one:

Question: {source}
`,
  sentiment_classifier: `---
description: One word for the sentiment of a text. Needs the column input_text.
system: You label the sentiment of texts. Your whole answer is a single word.
params:
  temperature: 0
  max_tokens: 8
---
Is the sentiment of the text between the tags positive, negative or neutral? Answer with that word alone, in lower case.

<text>
{input_text}
</text>
`,
};
