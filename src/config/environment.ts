/** The only reader of `process.env`. Apart from `load.ts`, so that a program without settings does not load them. */
export const processEnvironment = (): NodeJS.ProcessEnv => process.env;
