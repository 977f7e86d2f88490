// The yardstick for reads: one hand-written statement per operation, PostgreSQL makes the JSON, plain node:http passes it on. No schema, no
// access control, no views in time, no paging. argv: the database's URL. Prints its own URL.
const http = require('node:http');
const path = require('node:path');
const pg = require(path.join(__dirname, '..', 'node_modules', 'pg'));

const pool = new pg.Pool({ connectionString: process.argv[2], max: 20, options: '-c timezone=UTC' });
const at = (column) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const holds = (alias) => `${alias}.retired_in IS NULL AND ${alias}.valid_from <= now() AND ${alias}.valid_to > now()`;
const credential = `'status', s.status, 'expiresAt', ${at('s.expires_at')}, 'type', json_build_object('code', t.code, 'name', t.name)`;
const credentialsOf = (
  person,
  more,
) => `(SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(${credential}) ORDER BY s.credential_id), '[]'))
  FROM credential_segment s JOIN credential_type t ON t.id = s.type_id AND t.retired_in IS NULL
  WHERE s.employee_id = ${person} AND ${holds('s')} ${more})`;
const nameOf = (id) =>
  `(SELECT json_build_object('name', m.name) FROM employee_state m WHERE m.employee_id = ${id} AND ${holds('m')})`;
const eligibilitiesOf = (
  person,
) => `(SELECT json_build_object('nodes', coalesce(json_agg(json_build_object('verdict', g.verdict, 'until',
    CASE WHEN g.valid_to < 'infinity' THEN ${at('g.valid_to')} END, 'role', json_build_object('code', r.code, 'title', r.title)) ORDER BY g.role_id), '[]'))
  FROM eligibility_segment g JOIN role r ON r.id = g.role_id AND r.retired_in IS NULL
  WHERE g.employee_id = ${person} AND g.verdict IN ('ELIGIBLE', 'AT_RISK') AND ${holds('g')})`;

const STATEMENTS = {
  Q1: `SELECT json_build_object('employee', json_build_object('name', e.name, 'jobTitle', e.job_title, 'department', e.department,
      'credentials', ${credentialsOf('e.employee_id', '')})) AS data
    FROM employee_state e WHERE e.external_id = $1 AND ${holds('e')}`,
  Q2: `SELECT json_build_object('employees', json_build_object('nodes', coalesce(json_agg(json_build_object('name', e.name, 'jobTitle', e.job_title,
      'manager', ${nameOf('e.manager_id')}, 'credentials', ${credentialsOf('e.employee_id', '')}, 'eligibilities', ${eligibilitiesOf('e.employee_id')})
      ORDER BY e.name, e.employee_id), '[]'))) AS data
    FROM (SELECT * FROM employee_state e WHERE e.department = $1 AND ${holds('e')} ORDER BY e.name, e.employee_id LIMIT 50) e`,
  Q3: `SELECT json_build_object('employee', json_build_object('name', e.name, 'manager', ${nameOf('e.manager_id')}, 'reports', json_build_object('nodes',
      (SELECT coalesce(json_agg(json_build_object('name', r.name, 'credentials', ${credentialsOf('r.employee_id', "AND s.status = 'ACTIVE'")})
        ORDER BY r.name, r.employee_id), '[]') FROM employee_state r WHERE r.manager_id = e.employee_id AND ${holds('r')})))) AS data
    FROM employee_state e WHERE e.external_id = $1 AND ${holds('e')}`,
  Q4: `SELECT json_build_object('credentials', json_build_object('nodes', coalesce(json_agg(json_build_object('expiresAt', ${at('s.expires_at')},
      'employee', (SELECT json_build_object('name', e.name, 'department', e.department, 'manager', ${nameOf('e.manager_id')})
        FROM employee_state e WHERE e.employee_id = s.employee_id AND ${holds('e')}),
      'type', json_build_object('name', t.name)) ORDER BY s.credential_id), '[]'))) AS data
    FROM (SELECT * FROM credential_segment s WHERE ${holds('s')} AND s.expires_at < now() + $1::interval ORDER BY s.credential_id LIMIT 200) s
    JOIN credential_type t ON t.id = s.type_id AND t.retired_in IS NULL`,
};

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { operationName, variables } = JSON.parse(Buffer.concat(chunks));
    // as text, so that node passes it on as it is
    const text = `SELECT data::text FROM (${STATEMENTS[operationName]}) q`;
    const { rows } = await pool.query({ name: operationName, text, values: [variables.raw] });
    const body = `{"data":${rows[0]?.data ?? 'null'}}`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
