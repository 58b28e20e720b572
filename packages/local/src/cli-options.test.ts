import { describe, expect, test } from 'vitest';
import { LOCAL_CLI_OPTIONS, localOptionsFromFlags } from './cli-options.ts';

const defaults = { dir: '/tmp/x' };

describe('the flags of the local Bedrock', () => {
  test('become options', () => {
    const flags = {
      port: '4567',
      speed: '1',
      bucket: ['a', 'b'],
      'names-not-unique': true,
      fault: ['throttle=0.1'],
      upstream: 'http://127.0.0.1:11434',
    };
    expect(localOptionsFromFlags(flags, defaults)).toEqual({
      dir: '/tmp/x',
      port: 4567,
      speed: 1,
      buckets: ['a', 'b'],
      uniqueNames: false,
      faults: { throttle: 0.1 },
      upstreamUrl: 'http://127.0.0.1:11434',
    });
  });

  test.each([
    [{ port: 'many' }, '--port is "many"; give a number'],
    [{ port: '99999' }, 'port is "99999"'],
    [{ host: '0.0.0.0' }, 'loopback only'],
    [{ speed: '1e9' }, 'speed is 1000000000; give a number of at least 0.001 and at most 250000'],
    [{ speed: '0' }, 'speed is 0; give a number of at least 0.001'],
    [{ upstream: 'localhost:11434' }, 'upstreamUrl is "localhost:11434"; give a URL'],
    [{ fault: ['nonsense'] }, 'there is no fault "nonsense"'],
  ])('%o is refused', (flags, message) => {
    expect(() => localOptionsFromFlags(flags, defaults)).toThrow(message);
  });

  test('have names of their own', () => {
    const names = LOCAL_CLI_OPTIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
