/** A reason not to start, as one sentence for whoever runs the server; it is printed alone, without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
