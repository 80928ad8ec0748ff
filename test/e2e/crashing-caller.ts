/** Run by who-calls.e2e.ts: a caller in a process of its own, which the test kills as a crash would. */
import { joinAsCaller } from '../../src/probe/guest.ts';

const [url = '', token = ''] = process.argv.slice(2);
await joinAsCaller({ url, token });
setInterval(() => {}, 60_000);
