/** The log line that tells that a worker takes calls. */
export const REGISTERED = 'worker registered';
/** The line of a stock call process that has loaded what calls need; ours says so at `/readyz`. */
export const WARM = 'call process warm';
