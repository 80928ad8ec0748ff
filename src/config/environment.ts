/** The environment for a program that has no settings, and so does not load them (`load.ts`). */
export const processEnvironment = (): NodeJS.ProcessEnv => process.env;
