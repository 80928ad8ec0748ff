import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { encodeWav, joined, resampled, type Sound, silence } from '../../src/probe/wav.ts';
import { PAGE_TOKEN } from './callers.ts';

/** A name of this machine that is not loopback's, for a page opened from elsewhere. */
export const ELSEWHERE = 'voice-agent.test';
export const RESULTS = join(import.meta.dirname, '../../test-results');

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** What fake microphones are played at. */
const MICROPHONE_RATE = 48_000;
/** A browser beside everything else on a busy machine needs its time; nothing waits longer than it must. */
const WITHIN_MS = 50_000;
const TEST_TIMEOUT_MS = 120_000;
const WITNESS = join(import.meta.dirname, 'browser-witness.js');

export interface PageOptions extends BrowserContextOptions {
  /** `false`: the browser says no. */
  microphone?: boolean;
  /** Access token that the tab has already; empty for none. */
  credential?: string;
}

/** The page as a caller has it, in a browser session of its own. */
export interface CallerPage {
  readonly page: Page;
  /** What the page played to the caller so far, but for the first `skippedMs`. */
  heard(skippedMs?: number): Sound;
  /** What the page said that the agent does, oldest first. */
  readonly agentStates: readonly string[];
  /** What the browser complained about: failed scripts, blocked resources, requests without an answer. */
  readonly complaints: readonly string[];
}

export interface BrowserUse {
  open(url: string, options?: PageOptions): Promise<CallerPage>;
}

/** Where a browser runs, and what it reaches there. */
export interface BrowserPlace {
  /** Command line that runs a program there. */
  readonly enter: readonly string[];
  /** Flags of Chromium. */
  readonly args: readonly string[];
}

const HERE: BrowserPlace = {
  enter: [],
  args: [`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`],
};

/**
 * A browser for the tests of one file; its pages are closed after each test.
 *
 * @param microphone - what the microphone hears from when it is opened, again and again; default silence.
 * @param place - default: this machine, which it can reach, and nothing else.
 */
export function useBrowser(
  microphone: () => Promise<Sound> = async () => silence(1000, MICROPHONE_RATE),
  place: () => BrowserPlace = () => HERE,
): BrowserUse {
  let dir: string;
  let browser: Browser | undefined;
  const pages: CallerPage[] = [];
  vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'voice-agent-browser-'));
    const wav = join(dir, 'microphone.wav');
    await writeFile(wav, encodeWav(resampled(await microphone(), MICROPHONE_RATE)));
    browser = await launch(wav, place(), dir);
  });
  afterEach(async ({ task }) => {
    const closing = pages.splice(0);
    if (task.result?.state === 'fail') await Promise.all(closing.map((page) => report(page, task.name)));
    await Promise.all(closing.map(({ page }) => page.context().close()));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    async open(url: string, options: PageOptions = {}) {
      if (!browser) throw new Error('the browser did not start');
      const page = await openPage(browser, options);
      pages.push(page);
      await page.page.goto(url);
      return page;
    },
  };
}

async function launch(microphone: string, { enter, args }: BrowserPlace, dir: string): Promise<Browser> {
  const command = join(dir, 'browser');
  await writeFile(command, `#!/bin/sh\nexec ${[...enter, await findBrowser()].join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  return chromium.launch({
    executablePath: command,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
      '--autoplay-policy=user-gesture-required',
      ...args,
    ],
  });
}

async function findBrowser(): Promise<string> {
  const script = `command -v ${COMMANDS.join(' || command -v ')}`;
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script]).catch((cause) => {
    throw new AppError(
      `none of ${COMMANDS.join(', ')} is on the PATH: the page is tested in a real browser`,
      {
        cause,
        hint: 'apt-get install chromium',
      },
    );
  });
  return stdout.trim();
}

async function openPage(
  browser: Browser,
  { microphone = true, credential = PAGE_TOKEN, ...options }: PageOptions,
): Promise<CallerPage> {
  const permissions = microphone ? ['microphone'] : [];
  const context = await browser.newContext({ permissions, ...options });
  const pieces: Sound[] = [];
  const agentStates: string[] = [];
  const complaints: string[] = [];
  await context.exposeFunction('tellHeard', (sampleRate: number, base64: string) => {
    const { buffer } = new Uint8Array(Buffer.from(base64, 'base64'));
    pieces.push({ samples: new Int16Array(buffer), sampleRate });
  });
  await context.exposeFunction('tellAgentState', (state: string) => {
    agentStates.push(state);
  });
  context.setDefaultTimeout(WITHIN_MS);
  await context.addInitScript({ path: WITNESS });
  await context.addInitScript(`sessionStorage.credential ??= ${JSON.stringify(credential)}`);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return {
    ...{ page, agentStates, complaints },
    heard(skippedMs = 0) {
      const [first = silence(0, MICROPHONE_RATE), ...rest] = pieces;
      const { samples, sampleRate } = joined(first, ...rest);
      return { samples: samples.subarray((skippedMs * sampleRate) / 1000), sampleRate };
    },
  };
}

/** What a failed test left: a picture, and the page's own account of its call. */
async function report({ page, agentStates, complaints }: CallerPage, test: string): Promise<void> {
  const picture = join(RESULTS, `failed ${test.replaceAll(/\W+/g, ' ').trim()}.png`);
  await mkdir(RESULTS, { recursive: true });
  await page.screenshot({ path: picture, fullPage: true }).catch(() => {});
  const facts = await page.evaluate('voiceAgentPage.facts()').catch(String);
  process.stderr.write(`${JSON.stringify({ picture, agentStates, complaints, facts }, null, 2)}\n`);
}
