import { expect, test } from 'vitest';
import { describe, holderOf, listeningInodes } from '../../src/dev/port-holder.ts';

// As /proc/net/tcp prints it: 127.0.0.1:8080 listening, and a connection from 8080.
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60921 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 60999 1 0000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 1 0000 100 0 0 10 0
`;

test('of the sockets at a port only the listening one counts', () => {
  expect(listeningInodes(TABLE, 8080)).toEqual(['60921']);
  expect(listeningInodes(TABLE, 22)).toEqual(['31337']);
  expect(listeningInodes(TABLE, 8081)).toEqual([]);
});

test('a process is named by its program and what it runs, without paths and options', () => {
  expect(describe(['/usr/bin/node', '--import', 'tsx', '/home/me/app/server.ts', 'start'])).toBe(
    'node tsx server.ts',
  );
  expect(describe(['livekit-server', '--dev'])).toBe('livekit-server');
  expect(describe([])).toBe('unknown');
});

test('nobody holds a port that nothing listens on', async () => {
  expect(await holderOf(1)).toBeUndefined();
});
