import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CERTIFICATE, type ImageServer, resolverOf, startImageServer } from '../../test/image-server.ts';
import { createImageReach, type ImageReach } from './image-reach.ts';
import { isPublicAddress } from './public-address.ts';

const PNG = Buffer.from('89504e470d0a1a0a00000000', 'hex');

let server: ImageServer;
beforeEach(async () => {
  server = await startImageServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://images.test');
    if (pathname === '/to') response.writeHead(302, { location: searchParams.get('url') ?? '' }).end();
    else if (pathname === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (pathname === '/never') response.writeHead(200).write(PNG);
    else if (pathname === '/long') response.writeHead(200, { 'content-length': '9999' }).end();
    else if (pathname === '/endless') {
      response.writeHead(200);
      const more = (): void => void response.write(Buffer.alloc(1 << 16), more);
      more();
    } else if (pathname.startsWith('/status/')) response.writeHead(Number(pathname.slice('/status/'.length))).end();
    else response.writeHead(200).end(PNG);
  });
});
afterEach(() => server.close());

const LOOPBACK = resolverOf({ 'images.test': ['127.0.0.1'], 'cdn.images.test': ['127.0.0.1'] });

async function got(path: string, bounds: object = {}, reach: ImageReach = {}) {
  const { get, close } = createImageReach({ ca: CERTIFICATE, resolve: LOOPBACK, isAllowed: () => true, ...reach });
  const url = path.startsWith('/') ? `https://images.test:${server.port}${path}` : path;
  try {
    return Buffer.from(await get(url, { maxBytes: 100, timeoutMs: 20_000, ...bounds })).toString('hex');
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    close();
  }
}

const to = (url: string) => `/to?url=${encodeURIComponent(url)}`;
const NOT_PUBLIC = 'its host has an address that is not of the public Internet';

describe('an image behind a URL', () => {
  it('is got, also through a redirect', async () => {
    expect(await got('/cat.png')).toBe(PNG.toString('hex'));
    expect(await got(to(`https://cdn.images.test:${server.port}/cat.png`))).toBe(PNG.toString('hex'));
  });

  it.each([
    ['/status/404', 'it answered 404'],
    ['/status/204', 'it answered 204'],
    ['/long', 'it is larger than 0.00 MiB'],
    ['/endless', 'it is larger than 0.00 MiB'],
    ['/round', 'it redirects more than 3 times'],
    [to('http://images.test/'), 'it leads to a URL that is not https'],
    [to('file:///etc/passwd'), 'it leads to a URL that is not https'],
    [to('https://me:secret@images.test/'), 'its URL has a name or a password in it'],
    ['https://nowhere.test/x', 'its host is not known'],
    ['https://images.test:1/x', 'no connection (ECONNREFUSED)'],
  ])('of %s is not: %s', async (path, why) => {
    expect(await got(path)).toBe(why);
  });

  it('is waited for no longer than allowed', async () => {
    expect(await got('/never', { timeoutMs: 300 })).toBe('it took longer than 0.3 s');
  });

  it('comes from hosts that are allowed alone, after a redirect too', async () => {
    const hosts = ['*.images.test'];
    expect(await got('/cat.png', { hosts })).toBe('its host, images.test, is none of --fetch-images-from');
    const cdn = `https://cdn.images.test:${server.port}`;
    expect(await got(`${cdn}/cat.png`, { hosts })).toBe(PNG.toString('hex'));
    expect(await got(`${cdn}${to(`https://images.test:${server.port}/cat.png`)}`, { hosts })).toContain('is none of');
  });

  it.each([
    ['https://127.0.0.1/x'],
    ['https://2130706433/x'],
    ['https://0x7f.1/x'],
    ['https://[::1]/x'],
    ['https://[::ffff:127.0.0.1]/x'],
    ['https://169.254.169.254/latest/meta-data/'],
    ['https://images.test/x'],
  ])('is never got from this machine or its networks: %s', async (url) => {
    const at = url.replace('/x', `:${server.port}/x`);
    expect(await got(at, {}, { isAllowed: isPublicAddress })).toBe(NOT_PUBLIC);
    expect(server.asked).toEqual([]);
  });

  it('is never got from a host that has one address that is not public beside others', async () => {
    const resolve = resolverOf({ 'images.test': ['8.8.8.8', '10.0.0.1'] });
    expect(await got('https://images.test/x', {}, { resolve, isAllowed: isPublicAddress })).toBe(NOT_PUBLIC);
  });

  it('is never got from there by a redirect, or by a name that resolves otherwise the next time', async () => {
    const isAllowed = (address: string) => address === '127.0.0.1';
    for (const inner of ['https://127.0.0.2/x', 'https://[::1]/x', 'https://10.0.0.1/x']) {
      expect(await got(to(inner), {}, { isAllowed })).toBe(NOT_PUBLIC);
    }
    // what is connected to is what was looked at: it is resolved once
    let resolved = 0;
    const resolve = async (host: string) => {
      resolved += 1;
      return LOOPBACK(host);
    };
    expect(await got('/cat.png', {}, { resolve })).toBe(PNG.toString('hex'));
    expect(resolved).toBe(1);
  });
});
