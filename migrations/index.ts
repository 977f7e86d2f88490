import { First1763700000000 } from './1763700000000-first';

/** All migrations, oldest first. */
export const migrations = [First1763700000000];
