import { expect, test } from 'vitest';
import { commandLine, imageTable, repositoryOf } from './images.ts';

test.each([
  ['livekit-voice-agent:0.1.0', 'livekit-voice-agent'],
  ['livekit-voice-agent', 'livekit-voice-agent'],
  ['docker.io/l7mp/stunnerd:1.2.1', 'l7mp/stunnerd'],
  ['registry.local:5000/l7mp/stunnerd', 'l7mp/stunnerd'],
  ['l7mp/stunnerd@sha256:abc', 'l7mp/stunnerd'],
  ['localhost/l7mp/stunnerd:1@sha256:abc', 'l7mp/stunnerd'],
])('%s is of %s', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});

test('an image that no program stands for is not found', () => {
  const find = imageTable({ checkout: '/c', livekitServer: '/l', stunnerd: '/s' });
  expect(() => find('docker.io/library/busybox:1')).toThrow('busybox');
  expect(find('docker.io/l7mp/stunnerd:1.2.1').files).toEqual({ '/opt/image/bin/stunnerd': '/s' });
});

test.each([
  ['image alone', undefined, undefined, 'entry cmd'],
  ['args replace its cmd', undefined, ['--dev'], 'entry --dev'],
  ['a command replaces both', ['node'], undefined, 'node'],
  ['command and args', ['node'], ['a.js'], 'node a.js'],
])('command line: %s', (_, command, args, line) => {
  expect(commandLine({ entrypoint: ['entry'], cmd: ['cmd'] }, command, args).join(' ')).toBe(line);
});
