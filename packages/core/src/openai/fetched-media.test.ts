import { describe, expect, it } from 'vitest';
import { type FetchResult, imagesToFetch, withFetched } from './fetched-media.ts';
import { readOpenAiLine } from './read-line.ts';

const PNG = { mediaType: 'image/png', base64: 'iVBORw0KGgo=' };
const A = 'https://user:pass@a.test/cat.png?sig=secret#x';
const B = 'https://b.test/dog.png';

const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const chat = (content: readonly object[], more: object = {}) => ({
  custom_id: 'x',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { messages: [{ role: 'user', content }], ...more },
});
const response = (url: string) => ({
  custom_id: 'x',
  method: 'POST',
  url: '/v1/responses',
  body: { input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] },
});

describe('images behind URLs', () => {
  it('are asked for once each, and take the place of their URLs', () => {
    const line = chat([{ type: 'text', text: B }, image(A), image(B), image(A)]);
    expect(imagesToFetch(line).map(({ url }) => url)).toEqual([A, B]);
    const read = readOpenAiLine(withFetched(line, new Map([A, B].map((url) => [url, PNG]))));
    expect(read.problems).toEqual([]);
    const text = JSON.stringify(read.line);
    expect(text).toContain(`"text":"${B}"`);
    expect(text.match(/iVBORw0KGgo=/g)).toHaveLength(3);
    expect(text).not.toContain('a.test');
    const other = readOpenAiLine(withFetched(response(A), new Map([[A, PNG]])));
    expect([other.problems, JSON.stringify(other.line)]).toEqual([[], expect.stringContaining('iVBORw0KGgo=')]);
  });

  it('that could not be fetched are told of without what may be a key to them', () => {
    const line = chat([image(A), image(B)]);
    const results = new Map<string, FetchResult>([
      [A, { why: 'it answered 404' }],
      [B, PNG],
    ]);
    const { problems, urls } = readOpenAiLine(JSON.parse(JSON.stringify(withFetched(line, results))));
    expect(urls).toHaveLength(2);
    expect(problems[0]).toEqual({
      code: 'media_not_fetched',
      path: 'body.messages[0].content[0].image_url.url',
      message: 'messages[0].content[0].image_url.url is "https://a.test/cat.png?…", and could not be fetched: it answered 404',
    });
  });

  it('are not asked for where something else is wrong, or a document is behind a URL too', () => {
    const file = { type: 'input_file', file_url: 'https://a.test/x.pdf' };
    expect(imagesToFetch(chat([image(A)], { stream: true }))).toEqual([]);
    expect(imagesToFetch(chat([image(A), { type: 'file', file: { file_data: file.file_url } }]))).toEqual([]);
    expect(imagesToFetch(chat([image('data:image/png;base64,iVBORw0KGgo=')]))).toEqual([]);
    expect(imagesToFetch('x')).toEqual([]);
  });
});
