import { ProblemError } from '../problem.js';
import { HopError } from './run.js';

/**
 * Errors of the page's own requests, with what they know.
 *
 * @template T
 * @param {Promise<T>} request
 * @returns {Promise<T>}
 */
export async function explained(request) {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { title, detail = '', hint = '' } = error.problem;
    throw new HopError({ evidence: title, cause: detail, fix: hint });
  }
}
