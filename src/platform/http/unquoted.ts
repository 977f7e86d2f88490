// graphql-js quotes in its messages the values that do not fit. Whoever sent one knows it; whoever reads the client's log need not.

/** Lazy up to the last semicolon: before it may stand anything that was sent. */
const VARIABLE = /^Variable "(\$\w+)" got invalid value (?:[^]*?(?: at "([\w.[\]]+)")?; ([^;]*)$)?/;
const QUOTING: readonly (readonly [quoting: RegExp, plain: string])[] = [
  [/(cannot represent (?:an? )?[\w -]*value): [^]*$/, '$1.'],
  [/(^|; )Value "[^]*" does not exist in/, '$1The value does not exist in'],
  [/^(Argument "\w+" has invalid value) [^]*$/, '$1.'],
  [/^(Expected value of type "[^"]+"), found [^]*$/, '$1.'],
  [/^(Syntax Error: [^"]*(?:BlockString|String)) "[^]*$/, '$1.'],
];

/** What is longer quotes something long, in its middle. */
const LONGEST = 4_000;

/** A message of graphql-js about a request, without the values in it. */
export function unquoted(message: string): string {
  const short = message.length > LONGEST ? message.slice(0, LONGEST / 4) + message.slice((-LONGEST * 3) / 4) : message;
  const said = QUOTING.reduce((shown, [quoting, plain]) => shown.replace(quoting, plain), short);
  const [whole, variable, place, why] = VARIABLE.exec(said) ?? [];
  if (whole === undefined) return said;
  return `Variable "${variable}" got a value that does not fit${place ? ` at "${place}"` : ''}${why ? `: ${why}` : '.'}`;
}
