// Test and production are environments: each has a name, its own database and its own keys, which say whose they are.

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** 32 random bytes as base64url. */
const RANDOM = 43;

/** Whether an environment can be called so. */
export function isEnvironment(name: string): boolean {
  return NAME.test(name);
}

/** What keys begin with that are made in an environment; null: it has no name. */
export function keyPrefix(environment: string | null): string {
  return environment === null ? 'cgk_' : `cgk_${environment}_`;
}

/** The environment that a key says it was made in; null: it says none. Names have no underscore, and what is random has a length. */
export function environmentOf(key: string): string | null {
  const said = /^cgk_([^_]+)_$/.exec(key.slice(0, -RANDOM))?.[1];
  return said !== undefined && isEnvironment(said) ? said : null;
}
