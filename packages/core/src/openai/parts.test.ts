import { describe, expect, test } from 'vitest';
import { lineOf, problemsIn, problemsOf, requestOf, unsupportedIn } from '../testing/openai-lines.ts';
import { readOpenAiLine } from './read-line.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const JPEG = '/9j/4AAQ';
const PDF = 'JVBERi0xLjQK';

const body = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const image = (url: string, more: object = {}) => ({ type: 'image_url', image_url: { url, ...more } });
const blocksOf = (...content: object[]) => requestOf(lineOf(body(...content))).turns[0]?.content;
const at = 'messages[0].content[0]';

describe('images', () => {
  test('a data URL is bytes of its media type, among the texts in their order', () => {
    const content = blocksOf({ type: 'text', text: 'a' }, image(`data:image/png;base64,${PNG}`, { detail: 'high' }), {
      type: 'text',
      text: 'b',
    });
    expect(content).toEqual([
      { kind: 'text', text: 'a' },
      {
        kind: 'image',
        at: 'messages[0].content[1]',
        mediaType: 'image/png',
        source: { kind: 'bytes', base64: PNG },
        detail: 'high',
      },
      { kind: 'text', text: 'b' },
    ]);
  });

  test.each([
    ['data:image/jpeg;base64,/9j/4AAQ', 'image/jpeg'],
    ['data:image/jpg;base64,/9j/4AAQ', 'image/jpeg'],
    ['data:IMAGE/GIF;BASE64,R0lGODlh', 'image/gif'],
    ['data:image/webp;name=a.webp;base64,UklGRhoA', 'image/webp'],
    ['data:image/webp;base64,AAAA', 'image/webp'],
  ])('%s is %s', (url, mediaType) => {
    expect(blocksOf(image(url))).toMatchObject([{ mediaType }]);
    expect(unsupportedIn(body(image(url)))).toEqual([]);
  });

  test('bytes of another media type than said are sent as what they are, and it is said', () => {
    const mistaken = body(image(`data:image/png;base64,${JPEG}`));
    expect(requestOf(lineOf(mistaken)).turns[0]?.content).toMatchObject([{ mediaType: 'image/jpeg' }]);
    expect(unsupportedIn(mistaken)).toEqual([`changed media_type_corrected ${at}.image_url.url`]);
  });

  test('padding that is missing is added', () => {
    expect(blocksOf(image('data:image/webp;base64,AAAAA'.slice(0, -2)))).toMatchObject([{ source: { base64: 'AAA=' } }]);
  });

  test('s3:// is read by the service, its media type told by its ending', () => {
    expect(blocksOf(image('s3://bucket/folder/a.b.JPG'))).toEqual([
      { kind: 'image', at, mediaType: 'image/jpeg', source: { kind: 's3', uri: 's3://bucket/folder/a.b.JPG' } },
    ]);
  });

  test('https is refused with the option that fetches it, and taken where it was fetched', () => {
    const url = 'https://example.com/a.png';
    const line = lineOf(body(image(url), image('https://example.com/b')));
    const read = readOpenAiLine(line);
    expect(problemsOf(read)).toEqual([
      `media_not_fetched body.${at}.image_url.url`,
      'media_not_fetched body.messages[0].content[1].image_url.url',
    ]);
    expect(read.problems[0]?.message).toContain('--fetch-images');
    expect(read.urls).toEqual([
      { url, kind: 'image', path: `body.${at}.image_url.url` },
      { url: 'https://example.com/b', kind: 'image', path: 'body.messages[0].content[1].image_url.url' },
    ]);
    const fetched = new Map([
      [url, { mediaType: 'image/png', base64: PNG }],
      ['https://example.com/b', { mediaType: 'image/jpeg', base64: JPEG }],
    ]);
    const again = readOpenAiLine(line, { fetched });
    expect(again.urls).toEqual([]);
    expect(requestOf(line, { fetched }).turns[0]?.content).toMatchObject([
      { mediaType: 'image/png', source: { base64: PNG } },
      { mediaType: 'image/jpeg', source: { base64: JPEG } },
    ]);
  });

  test.each<[string, object, readonly string[]]>([
    ['no base64', image('data:image/png;base64,a-b_'), [`bad_base64 body.${at}.image_url.url`]],
    ['a line break in it', image('data:image/png;base64,AAAA\nAAAA'), [`bad_base64 body.${at}.image_url.url`]],
    ['a length that no base64 has', image('data:image/png;base64,AAAAA'), [`bad_base64 body.${at}.image_url.url`]],
    ['too much padding', image('data:image/png;base64,AAAA=='), [`bad_base64 body.${at}.image_url.url`]],
    ['no bytes', image('data:image/png;base64,'), [`empty_media body.${at}.image_url.url`]],
    ['text of a data URL', image('data:image/png,abc'), [`bad_data_url body.${at}.image_url.url`]],
    ['half a data URL', image('data:image/png;base64'), [`bad_data_url body.${at}.image_url.url`]],
    ['a picture that no model reads', image('data:image/tiff;base64,AAAA'), [`unknown_media_type body.${at}.image_url.url`]],
    [
      'a type named as a property of all objects',
      image('data:constructor;base64,AAAA'),
      [`unknown_media_type body.${at}.image_url.url`],
    ],
    ['http', image('http://example.com/a.png'), [`bad_url body.${at}.image_url.url`]],
    ['a bucket alone', image('s3://bucket/'), [`bad_url body.${at}.image_url.url`]],
    ['a key without an ending', image('s3://bucket/key'), [`unknown_media_type body.${at}.image_url.url`]],
    ['no URL', { type: 'image_url', image_url: {} }, [`missing_field body.${at}.image_url.url`]],
    ['a file at OpenAI', { type: 'input_image', file_id: 'file-1' }, [`file_id body.${at}.file_id`]],
    ['a part of no type', { text: 'a' }, [`missing_field body.${at}.type`]],
    ['an unknown part', { type: 'hologram' }, [`unknown_part body.${at}.type`]],
    ['a text that is none', { type: 'text', text: 5 }, [`bad_type body.${at}.text`]],
  ])('%s: refused, with its place', (_, part, problems) => {
    expect(problemsIn(body(part))).toEqual(problems);
  });

  test('a million digits of an image are checked in a moment and not copied', () => {
    const base64 = 'A'.repeat(4_000_000);
    const content = blocksOf(image(`data:image/png;base64,${base64}`));
    expect(content?.[0]).toMatchObject({ source: { base64 } });
    expect(problemsIn(body(image(`data:image/png;base64,${base64.slice(1)}*`)))).toEqual([`bad_base64 body.${at}.image_url.url`]);
  });
});

describe('documents, sounds and films', () => {
  const document = { kind: 'document', at, mediaType: 'application/pdf', source: { kind: 'bytes', base64: PDF } };

  test.each<[string, object, object]>([
    [
      'a data URL',
      { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
      { ...document, name: 'a.pdf' },
    ],
    ['base64 of a PDF', { type: 'file', file: { file_data: PDF } }, document],
    [
      'base64 whose name tells the type',
      { type: 'file', file: { filename: 'a.csv', file_data: 'YSxi' } },
      { ...document, mediaType: 'text/csv', source: { kind: 'bytes', base64: 'YSxi' }, name: 'a.csv' },
    ],
    [
      'a key in a bucket',
      { type: 'file', file: { file_data: 's3://b/a.pdf' } },
      { ...document, source: { kind: 's3', uri: 's3://b/a.pdf' } },
    ],
    [
      'a sound',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { kind: 'audio', at, mediaType: 'audio/mpeg', source: { kind: 'bytes', base64: 'AAAA' } },
    ],
    [
      'a film',
      { type: 'video_url', video_url: { url: 's3://b/a.mp4' } },
      { kind: 'video', at, mediaType: 'video/mp4', source: { kind: 's3', uri: 's3://b/a.mp4' } },
    ],
  ])('%s', (_, part, block) => {
    expect(blocksOf(part)).toEqual([block]);
  });

  test.each<[string, object, readonly string[]]>([
    ['a file at OpenAI', { type: 'file', file: { file_id: 'file-1' } }, [`file_id body.${at}.file.file_id`]],
    ['base64 of who knows what', { type: 'file', file: { file_data: 'AAAA' } }, [`unknown_media_type body.${at}.file.file_data`]],
    ['no file', { type: 'file' }, [`missing_field body.${at}.file`]],
    [
      'a sound of an unknown format',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'kazoo' } },
      [`unknown_media_type body.${at}.input_audio.format`],
    ],
    [
      'a sound of nothing',
      { type: 'input_audio', input_audio: {} },
      [`missing_field body.${at}.input_audio.data`, `missing_field body.${at}.input_audio.format`],
    ],
  ])('%s: refused, with its place', (_, part, problems) => {
    expect(problemsIn(body(part))).toEqual(problems);
  });
});

describe('points up to which a prefix is kept', () => {
  test('cache_control of a part, and of a message, stands behind that text', () => {
    const control = { type: 'ephemeral' };
    const request = requestOf(
      lineOf({
        messages: [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'a', cache_control: control },
              { type: 'text', text: 'b' },
            ],
          },
          { role: 'system', content: 'c', cache_control: { ...control, ttl: '1h' } },
          {
            role: 'user',
            content: [image('s3://b/a.png'), { type: 'text', text: 'd', cache_control: { ...control, ttl: '5m' } }],
          },
          { role: 'assistant', content: 'e', cache_control: control },
          { role: 'user', content: [{ type: 'text', text: 'f', prompt_cache_breakpoint: { mode: 'explicit' } }] },
        ],
      }),
    );
    expect(request.system).toEqual([{ text: 'a', cache: {} }, { text: 'b' }, { text: 'c', cache: { ttl: '1h' } }]);
    expect(request.turns.map(({ content }) => content.at(-1))).toEqual([
      { kind: 'text', text: 'd', cache: { ttl: '5m' } },
      { kind: 'text', text: 'e', cache: {} },
      { kind: 'text', text: 'f', cache: {} },
    ]);
  });

  test('times that no service keeps a prefix are said or refused', () => {
    const text = (more: object) => body({ type: 'text', text: 'a', ...more });
    expect(unsupportedIn(text({ prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }))).toEqual([
      `left-out cache_ttl ${at}.prompt_cache_breakpoint.ttl`,
    ]);
    expect(problemsIn(text({ cache_control: { type: 'ephemeral', ttl: '9d' } }))).toEqual([
      `bad_value body.${at}.cache_control.ttl`,
    ]);
    expect(problemsIn(text({ cache_control: 'yes' }))).toEqual([`bad_value body.${at}.cache_control`]);
  });

  test('unknown fields of a part are left out, and said', () => {
    expect(unsupportedIn(body({ type: 'text', text: 'a', mood: 1, annotations: [] }))).toEqual([
      `left-out unknown_field ${at}.mood`,
    ]);
  });
});
