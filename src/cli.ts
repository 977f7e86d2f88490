#!/usr/bin/env node
// The command line: `audit verify` reads the whole log and says whether it is what was promised, `verify` does so with one proof, `copy-definitions`
// makes two servers define the same.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readSigner, readVerifier, type Verifier } from './core/checkpoint';
import { verifyProof } from './graph/proofs/verify';
import { copyDefinitions } from './integrations/copies/copy';
import { checkpointFor } from './journal/audit/checkpoints';
import { verifyLog } from './journal/audit/verify';
import { loadConfig } from './platform/config';
import { startEmbedded, urlOfRunning } from './platform/postgres/launcher';
import { createPool } from './platform/postgres/pool';
import { StartError } from './platform/start-error';

const USAGE = `Usage:
  credential-graph audit verify [--key VERIFIER ...] [--witness FILE ...]
      Reads the whole log of the database (DATABASE_URL, or the embedded one of DATA_DIR) and says whether it is what was promised.
      --key      a key that may have signed it, as auditKeys lists it; default the one of this installation
      --witness  a file with signed heads that were kept outside, one after the other
  credential-graph verify FILE [--key VERIFIER ...]
      Verifies a proof that exportProof answered. It needs neither server nor database.
      --key      the key whose signature is trusted; default the one the file names, which is then for you to compare
  credential-graph copy-definitions --from URL --to URL [--dry-run]
      Makes what is defined on one server (courses, credential types, roles, rules, career paths, outcomes, what sources can and may say) the same on
      another one, over their API. People and facts are not copied. The keys are read from FROM_KEY and TO_KEY.
      --dry-run  only says what it would do
Ends with 0 when everything is right, with 1 when something is not, with 2 when it could not be found out.
`;

class UsageError extends Error {}

async function main(args: readonly string[]): Promise<boolean> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true },
      witness: { type: 'string', multiple: true },
      from: { type: 'string' },
      to: { type: 'string' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  refuseSwallowed();
  const keys = (values.key ?? []).map(keyOf);
  const [command, argument, ...more] = positionals;
  if (command === 'audit' && argument === 'verify' && more.length === 0) return auditVerify(keys, values.witness ?? []);
  if (command === 'verify' && argument !== undefined && more.length === 0) return proofVerify(argument, keys);
  if (command === 'copy-definitions' && argument === undefined && values.from !== undefined && values.to !== undefined)
    return copy(values.from, values.to, values['dry-run'] === true);
  throw new UsageError(USAGE);
}

async function copy(from: string, to: string, isDry: boolean): Promise<boolean> {
  const { copied, unchanged, refused, onlyThere } = await copyDefinitions({
    from: { url: from, key: keyFrom('FROM_KEY') },
    to: { url: to, key: keyFrom('TO_KEY') },
    isDry,
    say: (line) => void process.stdout.write(`${printable(line)}\n`),
    onProgress: showProgress,
  });
  const counts = [`${copied} ${isDry ? 'to be copied' : 'copied'}`, `${unchanged} the same already`, `${refused} refused`];
  process.stdout.write(`${counts.join(', ')}; ${onlyThere} only there, left alone\n`);
  return refused === 0;
}

function keyFrom(variable: string): string {
  const key = process.env[variable];
  if (!key) throw new UsageError(`${variable} is not set: it holds the API key of that server.`);
  return key;
}

function proofVerify(file: string, keys: readonly Verifier[]): boolean {
  const found = verifyProof(readBytes(file), keys);
  if (typeof found === 'string') {
    process.stdout.write(`WRONG: ${printable(found)}\n`);
    return false;
  }
  const { document, exportedAt, exportedBy, reason, entries, open, head, signedBy } = found;
  const lines = [
    document.answer.statement,
    ...traceLines(document.answer['trace']),
    '',
    `Right. It follows from ${open} of the ${entries} entries the log has about the person up to the export, none left out, and from`,
    `${document.definitions.rules.length} published rule versions; each is in the log ${head.origin} of ${head.size} entries, signed by`,
    `  ${signedBy}`,
    `Exported at ${new Date(exportedAt).toISOString()} by ${exportedBy}: ${reason}`,
  ];
  if (keys.length === 0)
    lines.push(
      'Whose key that is, only you can tell: compare it with what you were given by other means, or pass it with --key.',
    );
  process.stdout.write(`${lines.map(printable).join('\n')}\n`);
  return true;
}

function traceLines(trace: unknown): string[] {
  const nodes = (trace ?? []) as readonly {
    readonly id: string;
    readonly verdict: string;
    readonly text: string;
    readonly factIds: string[];
  }[];
  return nodes.map(({ id, verdict, text, factIds }) => {
    const facts = factIds.length === 0 ? '' : ` [${factIds.join(', ')}]`;
    return `${'  '.repeat(id.split('.').length)}${verdict}: ${text}${facts}`;
  });
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** A text of a file that somebody sent, as one line that does nothing to a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

/** npm keeps options to itself unless `--` stands before them; what is not seen would not be checked. */
function refuseSwallowed(): void {
  const {
    npm_config_key: key,
    npm_config_witness: witness,
    npm_config_from: from,
    npm_config_to: to,
    npm_config_dry_run: dry,
  } = process.env;
  if ([key, witness, from, to, dry || undefined].some((taken) => taken !== undefined)) {
    throw new UsageError(
      'npm took an option for itself: write -- before the arguments, as in npm run verify -- FILE --key VERIFIER\n',
    );
  }
}

function keyOf(text: string): Verifier {
  try {
    return readVerifier(text);
  } catch (error) {
    throw new UsageError(`--key: ${(error as Error).message}.\n`);
  }
}

async function auditVerify(keys: readonly Verifier[], witnessFiles: readonly string[]): Promise<boolean> {
  const config = loadConfig(process.env);
  const running = config.databaseUrl ?? urlOfRunning(config.dataDir);
  const embedded = running === null ? await startEmbedded({ dir: config.dataDir }) : null;
  try {
    const pool = await createPool(running ?? embedded!.url, { max: 2, statementTimeoutMs: 600_000 });
    const began = performance.now();
    const found = await verifyLog(pool, {
      verifiers: keys.length > 0 ? keys : [ownKey(config.auditKeyFile ?? path.join(config.dataDir, 'audit-key'))],
      witnesses: witnessFiles.flatMap((file) => notesOf(readFileSync(file, 'utf8'))),
      onProgress: showProgress,
    });
    const last = await checkpointFor(pool, null);
    await pool.end();
    const seconds = (performance.now() - began) / 1_000;
    const rate = Math.round(found.entries / Math.max(seconds, 0.001)).toLocaleString('en');
    process.stdout.write(
      `${found.entries.toLocaleString('en')} entries and ${found.checkpoints} signed heads in ${seconds.toFixed(1)} s (${rate} a second)\n`,
    );
    if (found.gone > 0) {
      process.stdout.write(
        `The first ${found.gone.toLocaleString('en')} are not kept any more: of these the hashes were verified, not what they said.\n`,
      );
    }
    if (found.finding) {
      process.stdout.write(`WRONG: ${found.finding.what}\n`);
      return false;
    }
    process.stdout.write(`Right. Root ${found.root.toString('base64')}; ${found.unsigned} entries are not signed for yet.\n`);
    if (witnessFiles.length === 0) {
      process.stdout.write(
        'Without a witness nobody can tell whether log and signatures were both rewritten: keep this head elsewhere.\n',
      );
    }
    if (last) process.stdout.write(`\n${last.note}`);
    return true;
  } finally {
    await embedded?.stop();
  }
}

function ownKey(file: string): Verifier {
  try {
    return readVerifier(readSigner(readFileSync(file, 'utf8')).verifier);
  } catch (error) {
    throw new StartError(`Say with --key who may have signed the log: there is no key in ${file}.`, { cause: error });
  }
}

/** Signed notes that stand one after the other in a file: each ends with the signatures after its blank line. */
function notesOf(text: string): string[] {
  return text.match(/[^\n]+\n\d+\n[^\n]+\n(?:[^\n]+\n)*\n(?:— [^\n]+\n)+/g) ?? [];
}

function showProgress(entries: number, of: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${entries.toLocaleString('en')} of ${of.toLocaleString('en')}${entries === of ? '\n' : ''}`);
}

main(process.argv.slice(2)).then(
  (isRight) => process.exit(isRight ? 0 : 1),
  (error: unknown) => {
    const isPlain =
      error instanceof UsageError ||
      error instanceof StartError ||
      (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${isPlain ? (error as Error).message : String((error as Error).stack)}\n`);
    process.exit(2);
  },
);
