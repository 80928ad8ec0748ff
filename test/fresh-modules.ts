import { vi } from 'vitest';

// Files of a worker share its process, not what a module of ours remembers: which endpoints of a port have failed, say.
vi.resetModules();
