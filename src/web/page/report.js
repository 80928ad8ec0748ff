import { byId } from './dom.js';

/**
 * Copies what an engineer needs to find a fault. Never a token, a credential, or anything that was said.
 *
 * @param {Record<string, unknown>} facts
 * @returns {Promise<boolean>} false when the browser does not let the page copy: then it is shown instead
 */
export async function copyReport(facts) {
  const text = JSON.stringify(
    { at: new Date().toISOString(), ...facts, browser: navigator.userAgent },
    null,
    2,
  );
  byId('report-text', HTMLTextAreaElement).value = text;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    byId('report-dialog', HTMLDialogElement).showModal();
    byId('report-text', HTMLTextAreaElement).select();
    return false;
  }
}
