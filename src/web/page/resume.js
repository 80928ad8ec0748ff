import { requestToken } from './api.js';

/**
 * @import { Grant } from './api.js'
 */

/**
 * What a tab keeps to come back to its call, also after a reload. It stands in sessionStorage, which no other tab reads.
 *
 * @typedef {object} Kept
 * @property {string} key as secret as a token
 * @property {number} withinMs how long the server keeps the conversation of a call that broke off
 * @property {string} prompt
 * @property {boolean} microphone the call has one
 * @property {number} seenMs when the tab was last in the call
 */

const ITEM = 'resume';
const TOUCH_MS = 5000;

/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** The page is being left, or loaded anew: LiveKit's client then hangs up by itself, which is no wish of the caller. */
let isLeaving = false;
for (const event of ['beforeunload', 'pagehide']) {
  globalThis.addEventListener?.(event, () => {
    isLeaving = true;
  });
}

/** @param {Omit<Kept, 'seenMs'>} kept */
function keepResume(kept) {
  isLeaving = false;
  const touch = () => sessionStorage.setItem(ITEM, JSON.stringify({ ...kept, seenMs: Date.now() }));
  touch();
  clearInterval(timer);
  timer = setInterval(touch, TOUCH_MS);
}

/**
 * The call that this tab may come back to, if any.
 *
 * @param {number} nowMs
 * @returns {Kept | undefined}
 */
export function keptResume(nowMs) {
  try {
    /** @type {Kept} */
    const kept = JSON.parse(sessionStorage.getItem(ITEM) ?? 'null');
    return nowMs - kept.seenMs < kept.withinMs ? kept : undefined;
  } catch {
    return undefined; // none, or not ours
  }
}

/**
 * Leave to join: the call that this tab was in, if any, or a new one.
 *
 * @param {{credential: string, prompt: string, microphone: boolean}} call
 * @returns {Promise<Grant>}
 */
export async function grantFor({ credential, prompt, microphone }) {
  const resumeKey = keptResume(Date.now())?.key;
  const grant = await requestToken(credential, {
    ...(prompt && { prompt }),
    ...(resumeKey ? { resumeKey } : { resumable: true }),
  });
  if (grant.resume) keepResume({ ...grant.resume, prompt, microphone });
  return grant;
}

/** The call is over for good, unless the page is only being loaded anew. */
export function forgetResume() {
  clearInterval(timer);
  if (isLeaving) return;
  sessionStorage.removeItem(ITEM);
}
