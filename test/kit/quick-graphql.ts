// graphql-js looks at every value twice unless it is loaded in production: a tenth of the time of the tests that read much.
const env = process.env['NODE_ENV'];
process.env['NODE_ENV'] = 'production';
jest.requireActual('graphql/jsutils/instanceOf');
process.env['NODE_ENV'] = env;

export {};
