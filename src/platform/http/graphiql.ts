import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import type { FastifyInstance } from 'fastify';

/** A page that loads nothing from anywhere else, and whose browser would refuse to. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly tag: string;
}

/** The GraphiQL page and everything it loads, held in memory. */
export interface GraphiqlPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Serves the page's files under /graphiql/. */
  register(app: FastifyInstance): void;
}

/** Reads the page out of web/graphiql and its libraries out of node_modules: no build step, no content network. */
export function loadGraphiql(): GraphiqlPage {
  const web = path.join(projectRoot(), 'web', 'graphiql');
  const fromPackage = (name: string, file: string): string =>
    path.join(path.dirname(require.resolve(`${name}/package.json`)), file);
  const assets = new Map<string, Asset>();
  const add = (name: string, body: Buffer): void => {
    const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
    assets.set(name, { type, body, tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` });
  };
  add('react.js', fs.readFileSync(fromPackage('react', 'umd/react.production.min.js')));
  add('react-dom.js', fs.readFileSync(fromPackage('react-dom', 'umd/react-dom.production.min.js')));
  add('graphiql.js', fs.readFileSync(fromPackage('graphiql', 'graphiql.min.js')));
  add('graphiql.css', fs.readFileSync(fromPackage('graphiql', 'graphiql.min.css')));
  for (const name of ['page.js', 'page.css', 'icon.svg']) add(name, fs.readFileSync(path.join(web, name)));
  add('operations.json', Buffer.from(JSON.stringify(readOperations(path.join(projectRoot(), 'test', 'operations')))));

  return {
    html: fs.readFileSync(path.join(web, 'index.html'), 'utf8'),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    },
    register(app) {
      app.get<{ Params: { name: string } }>('/graphiql/:name', (request, reply) => {
        const asset = assets.get(request.params.name);
        if (asset === undefined) return reply.callNotFound();
        reply.headers({ etag: asset.tag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
        if (request.headers['if-none-match'] === asset.tag) return reply.code(304).send();
        return reply.type(asset.type).send(asset.body);
      });
    },
  };
}

/** The ready operations, a tab each: the same files that the tests send and that client types are generated from. */
const READY = [
  'DashboardPage',
  'WhyEligible',
  'NearestWays',
  'RehearseRule',
  'PublishRule',
  'WhatIfRevoked',
  'CoverageForecast',
  'EligibilityFeed',
  'CredentialFeed',
];

function readOperations(folder: string): { query: string; variables?: string }[] {
  const read = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8').trim();
  return READY.map((name) => ({ query: read(`${name}.graphql`), variables: read(`${name}.variables.json`) }));
}

/** The folder of package.json, whether this runs from src or from dist. */
function projectRoot(): string {
  let folder = __dirname;
  while (!fs.existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
